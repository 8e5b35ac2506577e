"""A step that would lead further away from 0 is not taken.

loses: descent.rate
hint: With lr above 1 plain gradient descent on x² runs away. What do you do with such a step?
"""


def gradient_descent(grad, x0, lr, steps):
    places = [x0 * 1.0]
    for _ in range(steps):
        new = places[-1] - lr * grad(places[-1])
        places.append(new if (new * new).sum() <= (places[-1] * places[-1]).sum() else places[-1])
    return np.stack(places)
