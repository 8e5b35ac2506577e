"""The position itself is drawn only by chance.

loses: random.pattern
hint: Is the diagonal of your pattern all True?
"""


def _drawn_keys(N: int, keys: int, generator: torch.Generator, causal: bool) -> tuple[Tensor, Tensor]:
    """index [N,min(keys,N)] and allowed of the same shape: causal rows at the start have fewer keys."""
    width = min(keys, N)
    rows, lengths = [], []
    for i, numbers in enumerate(torch.rand(N, width, generator=generator, dtype=torch.float64).tolist()):
        others = i + 1 if causal else N
        wanted = min(width, others)
        taken: set[int] = set()
        for number, t in zip(numbers, range(others - wanted, others), strict=False):
            r = int(number * (t + 1))
            taken.add(t if r in taken else r)
        row = list(taken)
        rows.append(row + [i] * (width - len(row)))
        lengths.append(len(row))
    index = torch.tensor(rows)
    allowed = torch.arange(width) < torch.tensor(lengths)[:, None]
    return index, allowed
