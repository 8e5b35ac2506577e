"""Strides are ignored.

loses: field.size
hint: Behind a stride of 2, two neighbours see patches that lie two pixels apart.
"""


def receptive_field(layers):
    return 1 + sum(kernel - 1 for kernel, _ in layers)
