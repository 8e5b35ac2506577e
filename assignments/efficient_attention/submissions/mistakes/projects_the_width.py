"""E and F mix the features d instead of the positions N.

loses: linformer.values, linformer.cost
hint: Which axis of k has length N? What is the shape of E k?
"""


def linformer(q, k, v, *, E, F, causal=False):
    if causal:
        raise ValueError("no causal version")
    E, F = E[:, : k.shape[-1]], F[:, : v.shape[-1]]
    return attend(q @ E.T, k @ E.T, v @ F.T @ F)
