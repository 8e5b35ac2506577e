"""The gradient is scaled to length 1.

loses: descent.trajectory, descent.rate
hint: From x0 = 1 with lr = 0.1 on f = x² the second place is 0.8. How long is your first step, and does its
    length depend on the slope?
"""


def gradient_descent(grad, x0, lr, steps):
    places = [x0 * 1.0]
    for _ in range(steps):
        slope = grad(places[-1])
        length = np.sqrt((slope * slope).sum())
        places.append(places[-1] - lr * slope / (length if length > 0 else 1))
    return np.stack(places)
