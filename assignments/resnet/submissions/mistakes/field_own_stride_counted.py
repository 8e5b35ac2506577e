"""A layer's own stride counts for itself.

loses: field.size
hint: 3×3, 3×3 with stride 2, 3×3: 3, 5, 9. Does the second layer gain 2 or 4? Its own stride moves its
    *neighbours* apart.
"""


def receptive_field(layers):
    size, jump = 1, 1
    for kernel, stride in layers:
        jump *= stride
        size += (kernel - 1) * jump
    return size
