"""The padded image is a new tensor of torch's default dtype.

loses: conv2d.dtype
hint: torch.zeros(shape) does not know what your input is; x.new_zeros(shape) does.
"""


def conv2d(x, w, b=None, stride=1, padding=0):
    N, _, H, W = x.shape
    K, _, kh, kw = w.shape
    padded = torch.zeros(*x.shape[:2], H + 2 * padding, W + 2 * padding)
    padded[:, :, padding : padding + H, padding : padding + W] = x
    columns = F.unfold(padded, (kh, kw), stride=stride)
    y = w.reshape(K, -1).to(columns) @ columns
    y = y.reshape(N, K, (H + 2 * padding - kh) // stride + 1, (W + 2 * padding - kw) // stride + 1)
    return y if b is None else y + b[:, None, None]
