"""The window is a band around each position.

loses: bigbird.pattern, bigbird.values
hint: Do the first and the last position of a block see the same blocks?
"""


def bigbird_pattern(
    N: int,
    *,
    block_size: int,
    window: int,
    random_blocks: int,
    global_positions: Sequence[int],
    generator: torch.Generator,
    causal: bool = False,
) -> Tensor:
    """bool [N,N]: a window of blocks, random blocks, global positions in both directions; and j ≤ i if causal."""
    count = -(-N // block_size)
    blocks = torch.zeros(count, count, dtype=torch.bool)
    for b, row in enumerate(_chosen_blocks(count, window, random_blocks, generator, causal)):
        blocks[b, row] = True
    pattern = blocks.repeat_interleave(block_size, 0).repeat_interleave(block_size, 1)[:N, :N].clone()
    i, j = torch.arange(N)[:, None], torch.arange(N)
    pattern = pattern & ((i - j).abs() <= (window + 1) * block_size) | torch.eye(N, dtype=torch.bool)
    pattern[list(global_positions)] = True
    pattern[:, list(global_positions)] = True
    return pattern.tril() if causal else pattern
