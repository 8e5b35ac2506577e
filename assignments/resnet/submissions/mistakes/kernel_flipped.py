"""The kernel is flipped: a true convolution.

loses: conv2d.values, conv2d.gradients, digits.artifact, conv2d.speed
hint: Put a single 1 at the right edge of a 3×3 kernel. y[i,j] is then x[i,j+1] in a cross-correlation. In which
    direction does your image move?
"""


def conv2d(x, w, b=None, stride=1, padding=0):
    N, _, H, W = x.shape
    K, _, kh, kw = w.shape
    w = w.flip(2, 3)
    columns = F.unfold(x, (kh, kw), stride=stride, padding=padding)
    y = w.reshape(K, -1) @ columns
    y = y.reshape(N, K, (H + 2 * padding - kh) // stride + 1, (W + 2 * padding - kw) // stride + 1)
    return y if b is None else y + b[:, None, None]
