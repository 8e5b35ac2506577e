"""Causal linear attention makes all N states, and non-causal all N² weights.

loses: linear.cost
hint: What is the shape of your largest tensor? Which of its axes could be summed first?
"""


def linear(q, k, v, *, feature=elu_plus_one, causal=False, chunk=64):
    fq, fk = feature(working(q)), feature(working(k))
    weights = fq @ fk.transpose(-2, -1)
    if causal:
        weights = weights.tril()
    return (weights @ working(v) / weights.sum(-1, keepdim=True)).to(v.dtype)
