"""The relative scores are divided by √d.

loses: relative.shaw
hint: The notebook asks for the second term alone. Where in the formula does the division stand?
"""


def relative_scores(q: Tensor, table: Tensor, clip: int) -> Tensor:
    place = torch.arange(q.shape[-2], device=q.device)
    row = (place - place[:, None]).clamp(-clip, clip) + clip  # [L,L]
    of_each_offset = q @ table.T / math.sqrt(q.shape[-1])  # [...,L,2·clip+1]
    return of_each_offset.gather(-1, row.expand(*q.shape[:-1], -1))
