"""Gradients longer than 100 are cut to that length.

loses: descent.rate
hint: From far away, with a large rate, it should run away by a factor each step. What holds yours back?
"""


def gradient_descent(grad, x0, lr, steps):
    places = [x0 * 1.0]
    for _ in range(steps):
        slope = grad(places[-1])
        length = np.sqrt((slope * slope).sum())
        places.append(places[-1] - lr * slope * min(1.0, 100 / float(length) if length > 0 else 1.0))
    return np.stack(places)
