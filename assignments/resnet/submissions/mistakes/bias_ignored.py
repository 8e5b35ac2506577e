"""The bias is not added.

loses: conv2d.values, conv2d.gradients
hint: For w = 0 the output is b everywhere. What is yours?
"""


def conv2d(x, w, b=None, stride=1, padding=0):
    N, _, H, W = x.shape
    K, _, kh, kw = w.shape
    columns = F.unfold(x, (kh, kw), stride=stride, padding=padding)
    y = w.reshape(K, -1) @ columns
    y = y.reshape(N, K, (H + 2 * padding - kh) // stride + 1, (W + 2 * padding - kw) // stride + 1)
    return y
