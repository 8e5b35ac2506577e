"""The bias is added along the last axis.

loses: conv2d.values, conv2d.gradients
hint: b[K] lines up with the last axis of y[N,K,H',W'] when shapes are broadcast. Which axis is it meant for?
"""


def conv2d(x, w, b=None, stride=1, padding=0):
    N, _, H, W = x.shape
    K, _, kh, kw = w.shape
    columns = F.unfold(x, (kh, kw), stride=stride, padding=padding)
    y = w.reshape(K, -1) @ columns
    y = y.reshape(N, K, (H + 2 * padding - kh) // stride + 1, (W + 2 * padding - kw) // stride + 1)
    return y if b is None else y + b.repeat(y.shape[-1])[: y.shape[-1]]
