"""The kernel is flattened with view.

loses: conv2d.inputs
hint: view needs numbers that lie packed in memory. What does reshape do where they do not?
"""


def conv2d(x, w, b=None, stride=1, padding=0):
    N, _, H, W = x.shape
    K, _, kh, kw = w.shape
    columns = F.unfold(x, (kh, kw), stride=stride, padding=padding)
    y = w.view(K, -1) @ columns
    y = y.reshape(N, K, (H + 2 * padding - kh) // stride + 1, (W + 2 * padding - kw) // stride + 1)
    return y if b is None else y + b[:, None, None]
