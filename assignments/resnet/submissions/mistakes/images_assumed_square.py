"""The width of the output is computed from the height.

loses: conv2d.values, conv2d.shifts, digits.wiring, conv2d.dtype
hint: H' and W' have a formula each. Try an image of 5 rows and 9 columns.
"""


def conv2d(x, w, b=None, stride=1, padding=0):
    N, _, H, W = x.shape
    K, _, kh, kw = w.shape
    columns = F.unfold(x, (kh, kw), stride=stride, padding=padding)
    y = w.reshape(K, -1) @ columns
    y = y.reshape(N, K, (H + 2 * padding - kh) // stride + 1, (H + 2 * padding - kh) // stride + 1)
    return y if b is None else y + b[:, None, None]
