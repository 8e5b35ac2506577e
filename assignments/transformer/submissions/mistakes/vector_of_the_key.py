"""The table is multiplied with the vector at j, not at i.

loses: relative.shaw
hint: Whose vector meets the table, the query's (rows) or the key's (columns)?
"""


def relative_scores(q: Tensor, table: Tensor, clip: int) -> Tensor:
    place = torch.arange(q.shape[-2], device=q.device)
    row = (place - place[:, None]).clamp(-clip, clip) + clip  # [L,L]
    of_each_offset = q @ table.T  # [...,L,2·clip+1]
    scores = of_each_offset.gather(-1, row.T.expand(*q.shape[:-1], -1))
    return scores.transpose(-2, -1)
