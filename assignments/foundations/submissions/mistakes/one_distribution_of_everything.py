"""The sum runs over the whole array, as in the course notes.

loses: softmax.values, softmax.axis, softmax.temperature, attention.values, attention.weights, softmax.stable,
    attention.stable, softmax.speed, attention.speed
hint: Print softmax(x).sum(axis=-1) for a table of three rows. Over which entries does your sum run, and over
    which should it?
"""


def softmax(x, axis=-1, temperature=1.0):
    exponentials = np.exp((x - np.max(x)) / temperature)
    return exponentials / np.sum(exponentials)
