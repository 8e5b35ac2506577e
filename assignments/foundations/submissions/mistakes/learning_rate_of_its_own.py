"""The learning rate is always 0.1.

loses: descent.trajectory, descent.rate
hint: Does the name lr occur in the body of your function?
"""


def gradient_descent(grad, x0, lr, steps):
    places = [x0 * 1.0]
    for _ in range(steps):
        places.append(places[-1] - 0.1 * grad(places[-1]))
    return np.stack(places)
