"""Strides are added, not multiplied.

loses: field.size
hint: Two strides of 3 in a row put neighbours 9 pixels apart, not 6 and not 5.
"""


def receptive_field(layers):
    size, jump = 1, 1
    for kernel, stride in layers:
        size += (kernel - 1) * jump
        jump += stride - 1
    return size
