"""The pattern function consumes the generator in another way than the attention.

loses: random.values
hint: Do both functions draw by the same code?
"""


def random_sparse_pattern(N: int, *, keys: int, generator: torch.Generator, causal: bool = False) -> Tensor:
    """bool [N,N]: in every row the position itself and others drawn by chance, `keys` in all, or as many as there are."""
    torch.rand(1, generator=generator)
    index, allowed = _drawn_keys(N, keys, generator, causal)
    pattern = torch.zeros(N, N, dtype=torch.bool)
    rows = torch.arange(N)[:, None].expand_as(index)
    pattern[rows[allowed], index[allowed]] = True
    return pattern
