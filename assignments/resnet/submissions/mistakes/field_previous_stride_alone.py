"""Only the stride of the layer just before counts.

loses: field.size
hint: Two strides of 2 in a row put neighbours 4 pixels apart.
"""


def receptive_field(layers):
    size, before = 1, 1
    for kernel, stride in layers:
        size += (kernel - 1) * before
        before = stride
    return size
