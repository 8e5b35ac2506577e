"""A product for every image and kernel.

loses: conv2d.products
hint: The columns of all images can be multiplied at once: [K, C·kh·kw] times [N, C·kh·kw, L] is broadcast over
    N.
"""


def conv2d(x, w, b=None, stride=1, padding=0):
    N, _, H, W = x.shape
    K, _, kh, kw = w.shape
    columns = [F.unfold(one[None], (kh, kw), stride=stride, padding=padding)[0] for one in x]
    y = torch.stack([torch.stack([kernel.reshape(1, -1) @ one for kernel in w]) for one in columns])
    y = y.reshape(N, K, (H + 2 * padding - kh) // stride + 1, (W + 2 * padding - kw) // stride + 1)
    return y if b is None else y + b[:, None, None]
