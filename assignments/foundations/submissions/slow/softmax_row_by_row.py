"""softmax and log_softmax treat one distribution after the other.

loses: softmax.speed, mlp.speed, attention.speed
hint: How many NumPy calls does your function make for a table of 4096 rows? With axis= and keepdims= it is
    five.
"""


def _each(function, x, axis):
    rows = np.moveaxis(x * 1.0, axis, -1)
    result = np.empty(rows.shape, dtype=np.result_type(x, np.float32))
    for index in np.ndindex(*rows.shape[:-1]):
        result[index] = function(rows[index])
    return np.moveaxis(result, -1, axis)


def softmax(x, axis=-1, temperature=1.0):
    def one(row):
        exponentials = np.exp((row - row.max()) / temperature)
        return exponentials / exponentials.sum()

    return _each(one, x, axis)


def log_softmax(x, axis=-1):
    return _each(lambda row: row - row.max() - np.log(np.exp(row - row.max()).sum()), x, axis)
