"""The trajectory has the dtype of x0, also when that holds whole numbers.

loses: descent.arrays
hint: Start from the whole number 3 with lr = 0.1. Where can an array of whole numbers be after one step?
"""


def gradient_descent(grad, x0, lr, steps):
    places = np.empty((steps + 1, len(x0)), dtype=x0.dtype)
    places[0] = x0
    for t in range(steps):
        places[t + 1] = places[t] - lr * grad(places[t])
    return places
