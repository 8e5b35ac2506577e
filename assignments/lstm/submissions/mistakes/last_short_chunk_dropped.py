"""Predictions that do not fill a chunk are left out.

loses: bptt.gradients, bptt.losses
hint: With N = 7 and steps = 3, how many predictions are there, and how many of them do your chunks hold?
"""


def truncated_bptt(model, ids, steps):
    state = None
    for start in range(0, len(ids) - steps, steps):
        loss, state = model.loss(ids[start : start + steps + 1], state)
        yield loss
        state = tuple(part.detach() for part in state)
