"""Numbers are given out instead of tensors with a graph.

loses: bptt.gradients
hint: The caller wants to call backward on what you yield. Does it still know how it was computed?
"""


def truncated_bptt(model, ids, steps):
    state = None
    for start in range(0, len(ids) - 1, steps):
        loss, state = model.loss(ids[start : start + steps + 1], state)
        yield loss.detach()
        state = tuple(part.detach() for part in state)
