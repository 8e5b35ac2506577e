"""Far distances are binned in equal steps, not logarithmic ones.

loses: relative.t5
hint: Between 8 and 128 the buckets grow. How wide are your last two?
"""


def t5_bucket(relative: Tensor, bidirectional: bool, buckets: int = 32, max_distance: int = 128) -> Tensor:
    if bidirectional:
        buckets //= 2
        start, distance = (relative > 0).long() * buckets, relative.abs()
    else:
        start, distance = torch.zeros_like(relative), (-relative).clamp(min=0)
    near = buckets // 2
    share = (distance.double() - near) / (max_distance - near)
    far = (near + (share * (buckets - near)).long()).clamp(max=buckets - 1)
    return (start + torch.where(distance < near, distance, far)).long()
