"""softmax is computed in float32 whatever comes in.

loses: softmax.values, softmax.axis, softmax.temperature, attention.values, attention.weights, softmax.stable,
    attention.stable
hint: float64 inputs deserve sixteen digits. Look for float32 or astype in your function.
"""


def softmax(x, axis=-1, temperature=1.0):
    narrow = np.asarray(x, dtype=np.float32)
    exponentials = np.exp((narrow - narrow.max(axis=axis, keepdims=True)) / temperature)
    return (exponentials / exponentials.sum(axis=axis, keepdims=True)).astype(np.result_type(x, np.float32))
