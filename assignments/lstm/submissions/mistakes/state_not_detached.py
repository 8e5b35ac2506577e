"""The carried state keeps its graph.

loses: bptt.gradients
hint: The loss of chunk 10 would send gradients back to chunk 1. How long would a backward pass take at the
    end of a book, and what does "truncated" mean?
"""


def truncated_bptt(model, ids, steps):
    state = None
    for start in range(0, len(ids) - 1, steps):
        loss, state = model.loss(ids[start : start + steps + 1], state)
        yield loss
