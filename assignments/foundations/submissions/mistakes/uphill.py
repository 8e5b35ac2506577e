"""The gradient is added.

loses: descent.trajectory, descent.rate
hint: The gradient points uphill. Which way do you go?
"""


def gradient_descent(grad, x0, lr, steps):
    places = [x0 * 1.0]
    for _ in range(steps):
        places.append(places[-1] + lr * grad(places[-1]))
    return np.stack(places)
