"""Every chunk starts from an empty memory.

loses: bptt.gradients, bptt.losses
hint: A speech goes on across the border of a chunk. What does the model know at the first character of
    chunk 2?
"""


def truncated_bptt(model, ids, steps):
    for start in range(0, len(ids) - 1, steps):
        loss, _ = model.loss(ids[start : start + steps + 1])
        yield loss
