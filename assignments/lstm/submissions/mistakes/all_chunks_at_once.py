"""All losses are computed before the first one is given out.

loses: bptt.losses
hint: The caller changes the weights after every chunk. With which weights was your second loss computed?
"""


def truncated_bptt(model, ids, steps):
    state, losses = None, []
    for start in range(0, len(ids) - 1, steps):
        loss, state = model.loss(ids[start : start + steps + 1], state)
        losses.append(loss)
        state = tuple(part.detach() for part in state)
    return iter(losses)
