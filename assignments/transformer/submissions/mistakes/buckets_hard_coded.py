"""There are always 32 buckets up to 128.

loses: relative.t5
hint: Call your function with buckets=12, max_distance=50. What is the largest bucket?
"""


def t5_bucket(relative: Tensor, bidirectional: bool, buckets: int = 32, max_distance: int = 128) -> Tensor:
    buckets, max_distance = 32, 128
    if bidirectional:
        buckets //= 2
        start, distance = (relative > 0).long() * buckets, relative.abs()
    else:
        start, distance = torch.zeros_like(relative), (-relative).clamp(min=0)
    near = buckets // 2
    share = torch.log(distance.clamp(min=1).double() / near) / math.log(max_distance / near)
    far = (near + (share * (buckets - near)).long()).clamp(max=buckets - 1)
    return (start + torch.where(distance < near, distance, far)).long()
