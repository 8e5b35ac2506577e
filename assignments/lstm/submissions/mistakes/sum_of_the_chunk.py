"""Each chunk gives the sum over its steps.

loses: bptt.gradients, bptt.losses
hint: If the last chunk is shorter, should its loss be smaller? model.loss has already taken a mean: what do
    you do to it?
"""


def truncated_bptt(model, ids, steps):
    state = None
    for start in range(0, len(ids) - 1, steps):
        chunk = ids[start : start + steps + 1]
        loss, state = model.loss(chunk, state)
        yield loss * (len(chunk) - 1)
        state = tuple(part.detach() for part in state)
