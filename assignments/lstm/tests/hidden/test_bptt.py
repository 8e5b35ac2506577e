"""Truncated backpropagation, tried on the scaffold's ToyLM so that it does not depend on CharLM."""

import torch

from autograder.checks import compare, criterion, draw, draw_ints


def toy():
    """Weights of ToyLM(5 symbols, 4 units), with a memory that decays slowly."""
    decay = torch.tensor(0.9, dtype=torch.float64)
    return {"E": draw(5, 4), "W": draw(4, 4), "R": draw(4, 4), "U": draw(4, 5), "decay": decay}


def record(impl, weights, ids, steps):
    return impl.scaffold.record_bptt(impl.truncated_bptt, weights, ids, steps)


def losses(chunks):
    return {f"chunk {k}": chunk["loss"] for k, chunk in enumerate(chunks)}


@criterion("bptt.losses")
def test_losses_of_all_chunks():
    """N = 7 predictions in chunks of 3 give three losses, the last one for the single prediction left."""
    weights, ids = toy(), draw_ints(5, 8, 2)
    compare(lambda impl: losses(record(impl, weights, ids, 3)))


@criterion("bptt.losses")
def test_chunk_sizes_that_fit_and_that_do_not():
    """Chunks of 1, chunks that divide N, and one chunk longer than the text."""
    weights, ids = toy(), draw_ints(5, 5, 2)
    compare(lambda impl: [losses(record(impl, weights, ids, steps)) for steps in (1, 2, 4, 9)])


@criterion("bptt.losses")
def test_each_chunk_uses_the_weights_of_its_moment():
    """A chunk is computed when it is asked for: weights changed after one chunk count for the next."""
    weights, ids = toy(), draw_ints(5, 7, 2)
    compare(lambda impl: impl.scaffold.losses_while_weights_change(impl.truncated_bptt, weights, ids, 2))


@criterion("bptt.gradients")
def test_gradient_stops_at_the_border():
    """The gradient of each chunk's loss reaches back to the beginning of the chunk, and not further."""
    weights, ids = toy(), draw_ints(5, 8, 2)
    compare(lambda impl: [chunk["gradients"] for chunk in record(impl, weights, ids, 3)])
