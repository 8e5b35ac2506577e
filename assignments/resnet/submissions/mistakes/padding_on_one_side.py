"""All zeros are put below and to the right of the image.

loses: conv2d.values, conv2d.gradients, digits.artifact, conv2d.speed
hint: padding = 1 puts one row of zeros above the image and one below. Which pixel of x lies under the middle of
    the kernel for y[0,0]?
"""


def conv2d(x, w, b=None, stride=1, padding=0):
    N, _, H, W = x.shape
    K, _, kh, kw = w.shape
    x = F.pad(x, (0, 2 * padding, 0, 2 * padding))
    y = w.reshape(K, -1) @ F.unfold(x, (kh, kw), stride=stride)
    y = y.reshape(N, K, (H + 2 * padding - kh) // stride + 1, (W + 2 * padding - kw) // stride + 1)
    return y if b is None else y + b[:, None, None]
