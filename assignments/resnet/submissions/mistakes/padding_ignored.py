"""The argument padding is not used.

loses: conv2d.values, conv2d.gradients, conv2d.shifts, digits.wiring, digits.artifact, conv2d.dtype,
    conv2d.inputs, conv2d.speed
hint: With padding = 1 a 3×3 kernel leaves the size of the image as it is. How large is your output?
"""


def conv2d(x, w, b=None, stride=1, padding=0):
    N, _, H, W = x.shape
    K, _, kh, kw = w.shape
    y = w.reshape(K, -1) @ F.unfold(x, (kh, kw), stride=stride)
    y = y.reshape(N, K, (H - kh) // stride + 1, (W - kw) // stride + 1)
    return y if b is None else y + b[:, None, None]
