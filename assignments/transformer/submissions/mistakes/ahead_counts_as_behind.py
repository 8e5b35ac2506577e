"""In the decoder, what lies ahead is binned by its distance.

loses: relative.t5
hint: The decoder's offset +20 has bucket 0. What is yours?
"""


def t5_bucket(relative: Tensor, bidirectional: bool, buckets: int = 32, max_distance: int = 128) -> Tensor:
    if bidirectional:
        buckets //= 2
        start, distance = (relative > 0).long() * buckets, relative.abs()
    else:
        start, distance = torch.zeros_like(relative), relative.abs()
    near = buckets // 2
    share = torch.log(distance.clamp(min=1).double() / near) / math.log(max_distance / near)
    far = (near + (share * (buckets - near)).long()).clamp(max=buckets - 1)
    return (start + torch.where(distance < near, distance, far)).long()
