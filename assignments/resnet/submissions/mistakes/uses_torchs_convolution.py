"""torch's own convolution is called.

loses: conv2d.values, conv2d.gradients, conv2d.shifts, conv2d.dtype, conv2d.inputs, conv2d.products,
    conv2d.memory, conv2d.speed
verdict: FORBIDDEN
hint: The question asks you to build it: columns and one matrix product.
"""


def conv2d(x, w, b=None, stride=1, padding=0):
    return F.conv2d(x, w, b, stride, padding)
