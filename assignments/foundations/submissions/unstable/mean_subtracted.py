"""The mean of a row is subtracted, not its largest score.

loses: softmax.stable, attention.stable
hint: With one score of 10000 among a hundred zeros, how large is the largest exponent that is left?
"""


def softmax(x, axis=-1, temperature=1.0):
    exponentials = np.exp((x - x.mean(axis=axis, keepdims=True, where=np.isfinite(x))) / temperature)
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
