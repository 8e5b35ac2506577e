"""Looks for torch's convolution under other names, and asks for it from a thread.

loses: conv2d.values, conv2d.gradients, conv2d.shifts, conv2d.dtype, conv2d.inputs, conv2d.products,
    conv2d.memory, conv2d.speed
verdict: FORBIDDEN
"""


import threading


def conv2d(x, w, b=None, stride=1, padding=0):
    ways = [
        lambda: torch.ops.aten.convolution(x, w, b, [stride] * 2, [padding] * 2, [1, 1], False, [0, 0], 1),
        lambda: torch._C._nn.thnn_conv2d(x, w, w.shape[2:], b, [stride] * 2, [padding] * 2),
        lambda: torch.conv3d(x[:, :, None], w[:, :, None], b, (1, stride, stride), (0, padding, padding))[:, :, 0],
        lambda: nn.Conv2d(1, 1, 1)._conv_forward(x, w, b),
    ]
    found = []

    def search():
        for way in ways:
            try:
                found.append(way())
            except Exception:
                continue

    thread = threading.Thread(target=search)
    thread.start()
    thread.join()
    return found[0]
