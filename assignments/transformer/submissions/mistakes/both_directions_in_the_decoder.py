"""The flag is ignored: the decoder, too, has buckets for what lies ahead.

loses: relative.t5
hint: A decoder sees the past alone. How many of your buckets can it ever use?
"""


def t5_bucket(relative: Tensor, bidirectional: bool, buckets: int = 32, max_distance: int = 128) -> Tensor:
    if bidirectional or True:
        buckets //= 2
        start, distance = (relative > 0).long() * buckets, relative.abs()
    else:
        start, distance = torch.zeros_like(relative), (-relative).clamp(min=0)
    near = buckets // 2
    share = torch.log(distance.clamp(min=1).double() / near) / math.log(max_distance / near)
    far = (near + (share * (buckets - near)).long()).clamp(max=buckets - 1)
    return (start + torch.where(distance < near, distance, far)).long()
