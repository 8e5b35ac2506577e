"""The product is [N, places, K], and is reshaped to [N,K,H',W'] without a transpose.

loses: conv2d.values, conv2d.gradients, conv2d.shifts, digits.artifact, conv2d.speed
hint: reshape never moves a number past another. Which axis of your product runs fastest, and which one should?
"""


def conv2d(x, w, b=None, stride=1, padding=0):
    N, _, H, W = x.shape
    K, _, kh, kw = w.shape
    columns = F.unfold(x, (kh, kw), stride=stride, padding=padding)
    y = columns.transpose(1, 2) @ w.reshape(K, -1).T
    y = y.reshape(N, K, (H + 2 * padding - kh) // stride + 1, (W + 2 * padding - kw) // stride + 1)
    return y if b is None else y + b[:, None, None]
