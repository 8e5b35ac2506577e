"""Everything through logarithms and einsum: softmax is exp(log_softmax), arrays are filled in place."""


def log_softmax(x, axis=-1):
    return x - np.logaddexp.reduce(x * 1.0, axis=axis, keepdims=True)


def softmax(x, axis=-1, temperature=1.0):
    return np.exp(log_softmax(x / temperature, axis))


def _surprise(p, q):
    """-ln q where p > 0, and 0 elsewhere."""
    logs = np.zeros(p.shape, dtype=np.result_type(p, q, np.float32) if p.dtype.kind == "f" else np.float64)
    with np.errstate(divide="ignore"):
        np.log(q, out=logs, where=p > 0)
    return -logs


def entropy(p, base=math.e, axis=-1):
    return np.sum(p * _surprise(p, p) / math.log(base), axis=axis)


def cross_entropy(p, q, axis=-1):
    return np.sum(p * _surprise(p, q), axis=axis)


def kl_divergence(p, q, axis=-1):
    return np.sum(p * (_surprise(p, q) - _surprise(p, p)), axis=axis)


def _direction(vector, axis):
    """The vector at length 1, or 0; scaled by a power of two first, which rounds nothing."""
    vector = vector * 1.0
    exponent = np.frexp(np.abs(vector).max(axis=axis, keepdims=True))[1]
    vector = np.ldexp(vector, -exponent)
    length = np.linalg.norm(vector, axis=axis, keepdims=True)
    return np.divide(vector, length, out=np.zeros_like(vector), where=length > 0)


def cosine_similarity(a, b, axis=-1):
    a, b = np.moveaxis(_direction(a, axis), axis, -1), np.moveaxis(_direction(b, axis), axis, -1)
    return np.einsum("...d,...d->...", a, b)


def analogy(a, b, c, table, exclude=True):
    cosines = _direction(table, -1) @ _direction(table[b] - table[a] + table[c], -1)
    for row in np.argsort(-cosines):
        if not exclude or row not in (a, b, c):
            return row


def gradient_descent(grad, x0, lr, steps):
    places = np.empty((steps + 1, *x0.shape), dtype=x0.dtype if x0.dtype.kind == "f" else np.float64)
    places[0] = x0
    for t in range(steps):
        places[t + 1] = places[t] - lr * grad(places[t])
    return places


def mlp_forward(x, params):
    h = np.tanh(np.einsum("bi,ih->bh", x, params["W1"]) + params["b1"])
    return np.einsum("bh,hc->bc", h, params["W2"]) + params["b2"]


def mlp_backward(x, y, params):
    h = np.tanh(x @ params["W1"] + params["b1"])
    logs = log_softmax(h @ params["W2"] + params["b2"])
    onehot = (y[:, None] == np.arange(logs.shape[1])).astype(logs.dtype)
    delta = (np.exp(logs) - onehot) / len(y)
    back = np.einsum("bc,hc->bh", delta, params["W2"]) * (1 + h) * (1 - h)
    grads = {"b2": np.einsum("bc->c", delta), "b1": np.einsum("bh->h", back)}
    grads["W2"] = np.einsum("bh,bc->hc", h, delta, optimize=True)
    grads["W1"] = np.einsum("bi,bh->ih", x, back, optimize=True)
    return -(onehot * logs).sum() / len(y), grads


def attention(q, k, v):
    scores = np.einsum("...id,...jd->...ij", q, k, optimize=True) * q.shape[-1] ** -0.5
    weights = softmax(scores)
    return np.einsum("...ij,...jd->...id", weights, v, optimize=True), weights
