"""Height and width of the kernel are swapped.

loses: conv2d.values, conv2d.gradients, digits.artifact, conv2d.speed
hint: Try a kernel that is not symmetric: all its weight in the first row. Does your output see a row or a
    column?
"""


def conv2d(x, w, b=None, stride=1, padding=0):
    N, _, H, W = x.shape
    K, _, kh, kw = w.shape
    w = w.transpose(2, 3).reshape(w.shape)
    columns = F.unfold(x, (kh, kw), stride=stride, padding=padding)
    y = w.reshape(K, -1) @ columns
    y = y.reshape(N, K, (H + 2 * padding - kh) // stride + 1, (W + 2 * padding - kw) // stride + 1)
    return y if b is None else y + b[:, None, None]
