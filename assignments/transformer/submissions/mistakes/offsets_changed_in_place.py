"""The offsets that were given are changed.

loses: rope.inputs
hint: Print the offsets after the call. abs_() is not abs().
"""


def t5_bucket(relative: Tensor, bidirectional: bool, buckets: int = 32, max_distance: int = 128) -> Tensor:
    if bidirectional:
        buckets //= 2
        start, distance = (relative > 0).long() * buckets, relative.abs_()
    else:
        start, distance = torch.zeros_like(relative), (-relative).clamp(min=0)
    near = buckets // 2
    share = torch.log(distance.clamp(min=1).double() / near) / math.log(max_distance / near)
    far = (near + (share * (buckets - near)).long()).clamp(max=buckets - 1)
    return (start + torch.where(distance < near, distance, far)).long()
