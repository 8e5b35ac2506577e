"""Offsets beyond the clip wrap round in the table.

loses: relative.shaw
hint: With clip 2 an offset of 3 counts as 2. What does yours count as? A negative index is no error in
    Python.
"""


def relative_scores(q: Tensor, table: Tensor, clip: int) -> Tensor:
    place = torch.arange(q.shape[-2], device=q.device)
    row = (place - place[:, None]) + clip  # [L,L]
    of_each_offset = q @ table.T  # [...,L,2·clip+1]
    return of_each_offset.gather(-1, (row % len(table)).expand(*q.shape[:-1], -1))
