"""Kernels and patches are multiplied by broadcasting, and summed afterwards.

loses: conv2d.memory, conv2d.speed
hint: How many numbers has the product before it is summed? A matrix product never makes them all at once.
"""


def conv2d(x, w, b=None, stride=1, padding=0):
    N, _, H, W = x.shape
    K, _, kh, kw = w.shape
    columns = F.unfold(x, (kh, kw), stride=stride, padding=padding)
    y = (w.reshape(1, K, -1, 1) * columns[:, None]).sum(dim=2)
    y = y.reshape(N, K, (H + 2 * padding - kh) // stride + 1, (W + 2 * padding - kw) // stride + 1)
    return y if b is None else y + b[:, None, None]
