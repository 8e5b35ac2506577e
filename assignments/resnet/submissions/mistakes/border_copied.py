"""The border is padded with copies of the outermost pixels.

loses: conv2d.values, conv2d.gradients, conv2d.speed
hint: What does the sum in the notebook multiply the kernel with where it hangs over the edge?
"""


def conv2d(x, w, b=None, stride=1, padding=0):
    N, _, H, W = x.shape
    K, _, kh, kw = w.shape
    x = F.pad(x, (padding,) * 4, mode="replicate")
    y = w.reshape(K, -1) @ F.unfold(x, (kh, kw), stride=stride)
    y = y.reshape(N, K, (H + 2 * padding - kh) // stride + 1, (W + 2 * padding - kw) // stride + 1)
    return y if b is None else y + b[:, None, None]
