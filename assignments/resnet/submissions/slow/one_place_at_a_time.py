"""Every place of the output is a product of its own.

loses: conv2d.products, conv2d.speed
hint: All patches of an image can be the columns of one matrix: what does a product with w then give?
"""


def conv2d(x, w, b=None, stride=1, padding=0):
    N, _, H, W = x.shape
    K, _, kh, kw = w.shape
    x = F.pad(x, (padding,) * 4)
    flat = w.reshape(K, -1)
    rows, columns = (H + 2 * padding - kh) // stride + 1, (W + 2 * padding - kw) // stride + 1
    places = [
        x[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw].reshape(N, -1) @ flat.T
        for i in range(rows)
        for j in range(columns)
    ]
    y = torch.stack(places, dim=2).reshape(N, K, rows, columns)
    return y if b is None else y + b[:, None, None]
