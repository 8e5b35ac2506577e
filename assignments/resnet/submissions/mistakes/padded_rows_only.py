"""Zeros are put above and below, not to the left and right.

loses: conv2d.values, conv2d.gradients, conv2d.shifts, digits.wiring, conv2d.dtype, conv2d.inputs,
    conv2d.speed
hint: F.pad counts from the last axis: (left, right, top, bottom). Which of the four do you give?
"""


def conv2d(x, w, b=None, stride=1, padding=0):
    N, _, H, W = x.shape
    K, _, kh, kw = w.shape
    x = F.pad(x, (0, 0, padding, padding))
    y = w.reshape(K, -1) @ F.unfold(x, (kh, kw), stride=stride)
    y = y.reshape(N, K, (H + 2 * padding - kh) // stride + 1, (W - kw) // stride + 1)
    return y if b is None else y + b[:, None, None]
