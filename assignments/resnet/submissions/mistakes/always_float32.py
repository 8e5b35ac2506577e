"""Everything is computed in float32.

loses: conv2d.values, conv2d.gradients, conv2d.shifts
hint: A float64 input promises 15 digits. Where do yours end?
"""


def conv2d(x, w, b=None, stride=1, padding=0):
    N, _, H, W = x.shape
    K, _, kh, kw = w.shape
    columns = F.unfold(x.float(), (kh, kw), stride=stride, padding=padding)
    y = (w.float().reshape(K, -1) @ columns).to(x.dtype)
    y = y.reshape(N, K, (H + 2 * padding - kh) // stride + 1, (W + 2 * padding - kw) // stride + 1)
    return y if b is None else y + b[:, None, None]
