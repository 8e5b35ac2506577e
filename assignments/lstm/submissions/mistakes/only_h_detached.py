"""h is detached, c is not.

loses: bptt.gradients
hint: The state has two parts. Which of them still leads a gradient into the chunk before?
"""


def truncated_bptt(model, ids, steps):
    state = None
    for start in range(0, len(ids) - 1, steps):
        loss, (h, c) = model.loss(ids[start : start + steps + 1], state)
        yield loss
        state = (h.detach(), c)
