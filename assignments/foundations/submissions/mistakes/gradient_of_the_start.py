"""Every step takes the gradient at x0.

loses: descent.trajectory, descent.rate
hint: On f = x² the steps get shorter towards the bottom. Do yours? Where is the gradient asked for?
"""


def gradient_descent(grad, x0, lr, steps):
    places, slope = [x0 * 1.0], grad(x0 * 1.0)
    for _ in range(steps):
        places.append(places[-1] - lr * slope)
    return np.stack(places)
