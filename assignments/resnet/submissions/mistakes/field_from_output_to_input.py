"""The list is read backwards.

loses: field.size
hint: The first pair is the layer that sees the image. Whose stride counts for whom?
"""


def receptive_field(layers):
    size, jump = 1, 1
    for kernel, stride in reversed(layers):
        size += (kernel - 1) * jump
        jump *= stride
    return size
