"""The offset is query minus key.

loses: relative.shaw
hint: Row 0 of the table belongs to −clip. Which keys have a negative offset, those before the query or those
    after it?
"""


def relative_scores(q: Tensor, table: Tensor, clip: int) -> Tensor:
    place = torch.arange(q.shape[-2], device=q.device)
    row = (place[:, None] - place).clamp(-clip, clip) + clip  # [L,L]
    of_each_offset = q @ table.T  # [...,L,2·clip+1]
    return of_each_offset.gather(-1, row.expand(*q.shape[:-1], -1))
