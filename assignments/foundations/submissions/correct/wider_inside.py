"""Everything is computed in float64 and handed back in the precision that came in."""


def _narrow(value, *inputs):
    """Back to the precision of the inputs; whole numbers count as float64."""
    floats = [x.dtype for x in inputs if x.dtype.kind == "f"]
    return np.asarray(value).astype(np.result_type(*floats) if floats else np.float64)


def softmax(x, axis=-1, temperature=1.0):
    wide = np.float64(x)
    wide = wide - wide.max(axis, keepdims=True)
    weights = np.exp(wide * (1 / temperature))
    return _narrow(weights / weights.sum(axis, keepdims=True), x)


def log_softmax(x, axis=-1):
    wide = np.float64(x) - np.float64(x).max(axis, keepdims=True)
    return _narrow(wide - np.log(np.exp(wide).sum(axis, keepdims=True)), x)


def kl_divergence(p, q, axis=-1):
    wide_p, wide_q = np.float64(p), np.float64(q)
    quotient = np.divide(wide_q, wide_p, out=np.ones_like(wide_p), where=wide_p > 0)
    with np.errstate(divide="ignore"):
        return _narrow(np.sum(-wide_p * np.log(quotient), axis), p, q)


def cross_entropy(p, q, axis=-1):
    wide_p, wide_q = np.float64(p), np.float64(q)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = wide_p * np.log(wide_q)
    terms[wide_p == 0] = 0
    return _narrow(-terms.sum(axis), p, q)


def entropy(p, base=math.e, axis=-1):
    return _narrow(cross_entropy(np.float64(p), np.float64(p), axis) / np.log(base), p)


def cosine_similarity(a, b, axis=-1):
    with np.errstate(invalid="ignore", divide="ignore"):
        lengths = np.sqrt((np.float64(a) ** 2).sum(axis)) * np.sqrt((np.float64(b) ** 2).sum(axis))
        cosines = np.sum(np.float64(a) * np.float64(b), axis) / lengths
    return _narrow(np.where(lengths == 0, 0, cosines), a, b)


def analogy(a, b, c, table, exclude=True):
    table = table.astype(np.float64)
    target = table[c] + (table[b] - table[a])
    cosines = cosine_similarity(table, np.broadcast_to(target, table.shape))
    rows = [row for row in np.argsort(cosines)[::-1][:4] if not exclude or row not in {a, b, c}]
    return int(rows[0])


def gradient_descent(grad, x0, lr, steps):
    trajectory = [_narrow(x0, x0)]
    while len(trajectory) <= steps:
        here = trajectory[-1]
        trajectory.append(_narrow(here - np.multiply(lr, grad(here)), here))
    return np.vstack(trajectory)


def mlp_forward(x, params):
    hidden = np.tanh(np.float64(x) @ params["W1"] + params["b1"])
    return _narrow(hidden @ params["W2"] + params["b2"], x, *params.values())


def mlp_backward(x, y, params):
    W1, b1, W2, b2 = (np.float64(params[name]) for name in ("W1", "b1", "W2", "b2"))
    inputs = np.hstack([np.float64(x), np.ones((len(x), 1))])  # the bias as one more input, [B,I+1]
    hidden = np.tanh(inputs @ np.vstack([W1, b1]))
    features = np.hstack([hidden, np.ones((len(x), 1))])
    logs = log_softmax(features @ np.vstack([W2, b2]))
    rows = np.arange(len(y))
    delta = softmax(logs)
    delta[rows, y] -= 1.0
    second = features.T @ delta / len(y)
    first = inputs.T @ ((delta @ W2.T) * (1 - hidden * hidden)) / len(y)
    pieces = {"W1": first[:-1], "b1": first[-1], "W2": second[:-1], "b2": second[-1]}
    kinds = (x, *params.values())
    return -logs[rows, y].sum() / len(y), {name: _narrow(value, *kinds) for name, value in pieces.items()}


def attention(q, k, v):
    front, (rows, columns) = q.shape[:-2], (q.shape[-2], k.shape[-2])
    flat = [np.float64(part).reshape(-1, *part.shape[-2:]) for part in (q, k, v)]
    weights = softmax(np.matmul(flat[0], flat[1].transpose(0, 2, 1)) / np.sqrt(q.shape[-1]))
    output = np.matmul(weights, flat[2])
    return _narrow(output.reshape(*front, rows, -1), q, k, v), _narrow(weights.reshape(*front, rows, columns), q, k, v)
