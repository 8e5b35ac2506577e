"""The steps are taken in x0 itself.

loses: descent.arrays
hint: Print x0 before and after. Which of your operators writes into the array on its left?
"""


def gradient_descent(grad, x0, lr, steps):
    if x0.dtype.kind != "f":
        x0 = x0 * 1.0
    places = [x0.copy()]
    for _ in range(steps):
        x0 -= lr * grad(x0)
        places.append(x0.copy())
    return np.stack(places)
