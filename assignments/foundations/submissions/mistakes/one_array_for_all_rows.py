"""The same array is appended again and again.

loses: descent.trajectory, descent.rate
hint: Print the list of places before it is stacked. All rows are equal: how many different arrays does the list
    hold?
"""


def gradient_descent(grad, x0, lr, steps):
    x = x0 * 1.0
    places = [x]
    for _ in range(steps):
        x -= lr * grad(x)
        places.append(x)
    return np.stack(places)
