"""Every layer adds its whole kernel.

loses: field.size
hint: A single 3×3 layer sees 3 pixels. How many do you say?
"""


def receptive_field(layers):
    size, jump = 0, 1
    for kernel, stride in layers:
        size += kernel * jump
        jump *= stride
    return max(size, 1)
