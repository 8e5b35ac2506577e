"""The columns of all images are put side by side, and the product is reshaped as if they were not.

loses: conv2d.values, conv2d.gradients, conv2d.shifts, digits.artifact, conv2d.speed
hint: In [K, N·L] the kernels come first and the images second. What has to happen before the shape can be
    [N,K,H',W']?
"""


def conv2d(x, w, b=None, stride=1, padding=0):
    N, _, H, W = x.shape
    K, _, kh, kw = w.shape
    columns = F.unfold(x, (kh, kw), stride=stride, padding=padding)
    y = w.reshape(K, -1) @ columns.permute(1, 0, 2).reshape(columns.shape[1], -1)
    y = y.reshape(N, K, (H + 2 * padding - kh) // stride + 1, (W + 2 * padding - kw) // stride + 1)
    return y if b is None else y + b[:, None, None]
