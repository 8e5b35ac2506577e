"""The axis is moved to the end, zeros are cut out, and numbers are Python's."""


def _plain(value):
    """A Python number where there is no axis left."""
    return float(value) if np.ndim(value) == 0 else value


def _fractions(x):
    return x if x.dtype.kind == "f" else x.astype(float)


def softmax(x, axis=-1, temperature=1.0):
    x = np.moveaxis(_fractions(x), axis, -1) / temperature
    weights = np.exp(x - np.amax(x, axis=-1)[..., None])
    weights /= np.add.reduce(weights, axis=-1)[..., np.newaxis]
    return np.moveaxis(weights, -1, axis)


def log_softmax(x, axis=-1):
    x = np.swapaxes(_fractions(x), axis, -1)
    top = np.amax(x, axis=-1, keepdims=True)
    total = top + np.log(np.sum(np.exp(x - top), axis=-1, keepdims=True))
    return np.swapaxes(x - total, axis, -1)


def _weighted(p, logs, axis):
    """Sum of p times logs, over what happens."""
    terms = np.zeros(p.shape, dtype=logs.dtype)
    happens = p != 0
    terms[happens] = p[happens] * logs[happens]
    return _plain(terms.sum(axis=axis))


def _log(x):
    with np.errstate(divide="ignore"):
        return np.log(_fractions(x))


def entropy(p, base=math.e, axis=-1):
    return 0 - _weighted(p, _log(p), axis) / float(np.log(base))


def cross_entropy(p, q, axis=-1):
    return 0 - _weighted(p, _log(q), axis)


def kl_divergence(p, q, axis=-1):
    return cross_entropy(p, q, axis) - entropy(p, axis=axis)


def cosine_similarity(a, b, axis=-1):
    a, b = (np.moveaxis(_fractions(v), axis, -1) for v in (a, b))
    a, b = (np.nan_to_num(v / np.linalg.norm(v, np.inf, axis=-1, keepdims=True), nan=0.0) for v in (a, b))
    lengths = [np.sqrt(np.vecdot(v, v)) for v in (a, b)]
    return _plain(np.vecdot(a, b) / np.where((lengths[0] == 0) | (lengths[1] == 0), 1, lengths[0] * lengths[1]))


def analogy(a, b, c, table, exclude=True):
    cosines = np.asarray(cosine_similarity(table, (table[b] - table[a] + table[c])[None, :]))
    allowed = np.setdiff1d(np.arange(len(table)), [a, b, c] if exclude else [])
    return allowed[cosines[allowed].argmax()]


def _descend(grad, x, lr, steps):
    yield x
    for _ in range(steps):
        x = x - lr * grad(x)
        yield x


def gradient_descent(grad, x0, lr, steps):
    return np.array(list(_descend(grad, _fractions(x0), lr, steps)))


def mlp_forward(x, params):
    return np.add(np.tanh(np.dot(x, params["W1"]) + params["b1"]).dot(params["W2"]), params["b2"])


def mlp_backward(x, y, params):
    h = np.tanh(x.dot(params["W1"]) + params["b1"])
    z = h.dot(params["W2"]) + params["b2"]
    loss = -float(np.take_along_axis(log_softmax(z), y[:, None], axis=1).mean())
    p = softmax(z)
    np.subtract.at(p, (range(len(y)), y), 1)
    slope = p * (1 / len(y))
    back = slope.dot(params["W2"].T) * (1 - h**2)
    ones = np.ones(len(y), dtype=slope.dtype)
    return loss, {"W2": (slope.T @ h).T, "b2": ones @ slope, "W1": (back.T @ x).T, "b1": ones @ back}


def attention(q, k, v):
    q = q / math.sqrt(k.shape[-1])
    weights = np.swapaxes(softmax(k @ np.moveaxis(q, -1, -2), axis=-2), -1, -2)
    return np.matmul(weights, v), weights
