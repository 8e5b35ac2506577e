"""Very large distances get buckets that do not exist.

loses: relative.t5
hint: What is the bucket of the offset −1000, and how many buckets are there?
"""


def t5_bucket(relative: Tensor, bidirectional: bool, buckets: int = 32, max_distance: int = 128) -> Tensor:
    if bidirectional:
        buckets //= 2
        start, distance = (relative > 0).long() * buckets, relative.abs()
    else:
        start, distance = torch.zeros_like(relative), (-relative).clamp(min=0)
    near = buckets // 2
    share = torch.log(distance.clamp(min=1).double() / near) / math.log(max_distance / near)
    far = (near + (share * (buckets - near)).long())
    return (start + torch.where(distance < near, distance, far)).long()
