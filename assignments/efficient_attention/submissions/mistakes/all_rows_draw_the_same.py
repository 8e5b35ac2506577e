"""Each row draws the same distances.

loses: random.pattern
hint: Look at the pattern as a picture. Are those diagonals?
"""


def _drawn_keys(N: int, keys: int, generator: torch.Generator, causal: bool) -> tuple[Tensor, Tensor]:
    """index [N,min(keys,N)] and allowed of the same shape: causal rows at the start have fewer keys."""
    width = min(keys, N)
    if not causal:
        steps = torch.randperm(N - 1, generator=generator)[: width - 1] + 1 if N > 1 else torch.zeros(0).long()
        offsets = torch.cat([torch.zeros(1, dtype=torch.int64), steps])
        index = (torch.arange(N)[:, None] + offsets) % N
        return index, torch.ones_like(index, dtype=torch.bool)
    rows, lengths = [], []
    for i, numbers in enumerate(torch.rand(N, width, generator=generator, dtype=torch.float64).tolist()):
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
