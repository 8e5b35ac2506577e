"""Offsets are clipped to ±(clip − 1).

loses: relative.shaw
hint: How many rows does the table have, and which of them do you never use?
"""


def relative_scores(q: Tensor, table: Tensor, clip: int) -> Tensor:
    place = torch.arange(q.shape[-2], device=q.device)
    row = (place - place[:, None]).clamp(min(0, 1 - clip), max(0, clip - 1)) + clip  # [L,L]
    of_each_offset = q @ table.T  # [...,L,2·clip+1]
    return of_each_offset.gather(-1, row.expand(*q.shape[:-1], -1))
