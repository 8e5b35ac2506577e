"""The last chunk is filled up with the symbol 0, and the filling is counted in the mean.

loses: bptt.gradients, bptt.losses
hint: How many real characters does the last chunk hold? Should a model be blamed for not guessing symbols
    that are in no text?
"""


def truncated_bptt(model, ids, steps):
    state = None
    for start in range(0, len(ids) - 1, steps):
        chunk = ids[start : start + steps + 1]
        chunk = torch.cat([chunk, ids.new_zeros(steps + 1 - len(chunk), ids.shape[1])])
        loss, state = model.loss(chunk, state)
        yield loss
        state = tuple(part.detach() for part in state)
