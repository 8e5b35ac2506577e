"""The kernel is flattened with the channels last, the columns have them first.

loses: conv2d.values, conv2d.gradients, conv2d.speed
hint: F.unfold lists, for each channel, the kh·kw numbers of the patch. In which order are the numbers of your
    flattened kernel?
"""


def conv2d(x, w, b=None, stride=1, padding=0):
    N, _, H, W = x.shape
    K, _, kh, kw = w.shape
    columns = F.unfold(x, (kh, kw), stride=stride, padding=padding)
    y = w.permute(0, 2, 3, 1).reshape(K, -1) @ columns
    y = y.reshape(N, K, (H + 2 * padding - kh) // stride + 1, (W + 2 * padding - kw) // stride + 1)
    return y if b is None else y + b[:, None, None]
