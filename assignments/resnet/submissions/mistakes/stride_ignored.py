"""The argument stride is not used.

loses: conv2d.values, conv2d.gradients, conv2d.inputs
hint: With stride 2 the output has about half as many rows. How many has yours?
"""


def conv2d(x, w, b=None, stride=1, padding=0):
    N, _, H, W = x.shape
    K, _, kh, kw = w.shape
    y = w.reshape(K, -1) @ F.unfold(x, (kh, kw), padding=padding)
    y = y.reshape(N, K, H + 2 * padding - kh + 1, W + 2 * padding - kw + 1)
    return y if b is None else y + b[:, None, None]
