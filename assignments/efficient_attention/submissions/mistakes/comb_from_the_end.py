"""The comb is counted in blocks: positions of the same block see each other.

loses: strided.values
hint: i ≡ j (mod s), or ⌊i/s⌋ = ⌊j/s⌋: which did you write?
"""


def strided_pattern(N: int, *, stride: int, causal: bool = False) -> Tensor:
    """bool [N,N]: True where i ≡ j (mod stride), and j ≤ i if causal."""
    i, j = torch.arange(N)[:, None], torch.arange(N)
    return (i // stride == j // stride) & ((j <= i) | (not causal))
