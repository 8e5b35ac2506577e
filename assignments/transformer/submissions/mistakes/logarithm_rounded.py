"""The logarithm is rounded, not cut off.

loses: relative.t5
hint: The formula has ⌊ ⌋. For offset −20, is 2.6 to become 2 or 3?
"""


def t5_bucket(relative: Tensor, bidirectional: bool, buckets: int = 32, max_distance: int = 128) -> Tensor:
    if bidirectional:
        buckets //= 2
        start, distance = (relative > 0).long() * buckets, relative.abs()
    else:
        start, distance = torch.zeros_like(relative), (-relative).clamp(min=0)
    near = buckets // 2
    share = torch.log(distance.clamp(min=1).double() / near) / math.log(max_distance / near)
    far = (near + (share * (buckets - near)).round().long()).clamp(max=buckets - 1)
    return (start + torch.where(distance < near, distance, far)).long()
