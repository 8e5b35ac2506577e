"""The logarithms are written into an array like p.

loses: information.arrays
hint: Try a one-hot p of whole numbers. What dtype has np.zeros_like(p) then?
"""


def entropy(p, base=math.e, axis=-1):
    logs = np.zeros_like(p)
    np.log(p, out=logs, where=p > 0)
    return -(p * logs).sum(axis=axis) / math.log(base)
