"""Chunks do not share a row, so one prediction is lost at every border.

loses: bptt.gradients, bptt.losses
hint: A chunk of `steps` predictions needs how many characters? Which chunk predicts the first character of
    the second one?
"""


def truncated_bptt(model, ids, steps):
    state = None
    for start in range(0, len(ids) - 1, steps):
        if len(ids[start : start + steps]) < 2:
            break
        loss, state = model.loss(ids[start : start + steps], state)
        yield loss
        state = tuple(part.detach() for part in state)
