"""Random blocks are drawn from all blocks.

loses: bigbird.pattern
hint: How many different blocks does a block see? Can one that was drawn be in the window already?
"""


def _chosen_blocks(
    count: int, window: int, random_blocks: int, generator: torch.Generator, causal: bool
) -> list[list[int]]:
    """For every block of queries the blocks of keys that it sees: its window, then the random ones."""
    rows = []
    for b in range(count):
        near = range(max(0, b - window), min(b + (0 if causal else window), count - 1) + 1)
        before = max(0, b - window)
        after = 0 if causal else max(0, count - 1 - b - window)  # those beyond the window, on either side
        drawn = torch.randperm(before + after, generator=generator)[:random_blocks].tolist()
        drawn = torch.randperm(b + 1 if causal else count, generator=generator)[:random_blocks].tolist()
        rows.append([*near, *(r for r in drawn if r not in near)])
    return rows
