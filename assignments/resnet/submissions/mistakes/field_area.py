"""The number of pixels in the patch is returned.

loses: field.size
hint: The side is asked for.
"""


def receptive_field(layers):
    size, jump = 1, 1
    for kernel, stride in layers:
        size += (kernel - 1) * jump
        jump *= stride
    return size**2
