"""The numbers come from the global generator.

loses: random.chance, random.values
hint: Which call of torch.rand does not have generator=generator?
"""


def _drawn_keys(N: int, keys: int, generator: torch.Generator, causal: bool) -> tuple[Tensor, Tensor]:
    """index [N,min(keys,N)] and allowed of the same shape: causal rows at the start have fewer keys."""
    width = min(keys, N)
    rows, lengths = [], []
    for i, numbers in enumerate(torch.rand(N, width, dtype=torch.float64).tolist()):
        others = i if causal else N - 1
        wanted = min(width - 1, others)
        taken: set[int] = set()
        for number, t in zip(numbers, range(others - wanted, others), strict=False):
            r = int(number * (t + 1))
            taken.add(t if r in taken else r)
        row = [i, *(r + (r >= i) for r in taken)]  # the others, numbered without i
        rows.append(row + [i] * (width - len(row)))
        lengths.append(len(row))
    index = torch.tensor(rows)
    allowed = torch.arange(width) < torch.tensor(lengths)[:, None]
    return index, allowed
