"""The kernel is divided by its largest number in place, and the output multiplied with it.

loses: conv2d.gradients, digits.wiring, conv2d.inputs
hint: What are the caller's weights after your function? Methods that end in an underscore change the tensor
    itself.
"""


def conv2d(x, w, b=None, stride=1, padding=0):
    N, _, H, W = x.shape
    K, _, kh, kw = w.shape
    columns = F.unfold(x, (kh, kw), stride=stride, padding=padding)
    largest = w.detach().abs().max()
    w.data.div_(largest)
    y = (w.reshape(K, -1) @ columns) * largest
    y = y.reshape(N, K, (H + 2 * padding - kh) // stride + 1, (W + 2 * padding - kw) // stride + 1)
    return y if b is None else y + b[:, None, None]
