"""The trajectory is float64 whatever x0 is.

loses: descent.arrays
hint: What dtype has np.zeros((steps + 1, d)) unless you name one?
"""


def gradient_descent(grad, x0, lr, steps):
    places = np.zeros((steps + 1, len(x0)))
    places[0] = x0
    for t in range(steps):
        places[t + 1] = places[t] - lr * grad(places[t])
    return places
