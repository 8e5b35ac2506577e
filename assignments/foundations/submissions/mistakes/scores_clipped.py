"""Scores are clipped to ±50, so that nothing overflows.

loses: softmax.stable, attention.stable
hint: Give it the scores 60 and 200. They differ by 140; by how much do they differ after your clip?
"""


def softmax(x, axis=-1, temperature=1.0):
    exponentials = np.exp(np.clip(x, -50, 50) / temperature)
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
