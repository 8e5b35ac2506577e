"""The trajectory begins after the first step.

loses: descent.trajectory, descent.rate, descent.arrays
hint: How many places do three steps visit, the start included? What is row 0?
"""


def gradient_descent(grad, x0, lr, steps):
    x, places = x0 * 1.0, np.empty((0, *x0.shape), dtype=(x0 * 1.0).dtype)
    for _ in range(steps):
        x = x - lr * grad(x)
        places = np.concatenate([places, x[None]])
    return places
