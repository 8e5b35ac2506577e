"""The last place is missing.

loses: descent.trajectory, descent.rate, descent.arrays
hint: How many places do three steps visit, the start included?
"""


def gradient_descent(grad, x0, lr, steps):
    places = [x0 * 1.0]
    for _ in range(max(steps - 1, 0)):
        places.append(places[-1] - lr * grad(places[-1]))
    return np.stack(places)
