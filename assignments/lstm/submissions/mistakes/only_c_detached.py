"""c is detached, h is not.

loses: bptt.gradients
hint: The state has two parts. Both were computed in the chunk before: is either of them still connected to
    it?
"""


def truncated_bptt(model, ids, steps):
    state = None
    for start in range(0, len(ids) - 1, steps):
        loss, (h, c) = model.loss(ids[start : start + steps + 1], state)
        yield loss
        state = (h, c.detach())
