"""Public tests of `bptt`: on a model whose loss tells what it was given."""

import torch


class Witness(torch.nn.Module):
    """Notes each chunk and state; its state is (sum of what was read, weight)."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.tensor(1.0))
        self.chunks, self.states = [], []

    def loss(self, ids, state=None):
        self.chunks.append(ids[:, 0].tolist())
        self.states.append(state)
        before = torch.zeros(1, 1, 1) if state is None else state[0]
        h = before + self.weight * ids[:-1].sum()
        return self.weight * ids[1:].float().mean() + 0 * h.sum(), (h, self.weight * torch.ones(1, 1, 1))


def test_chunks(impl):
    """N = 7 predictions in chunks of 3: rows 0…3, 3…6 and 6…7."""
    model, ids = Witness(), torch.arange(8)[:, None]
    losses = [float(loss.detach()) for loss in impl.truncated_bptt(model, ids, 3)]
    assert model.chunks == [[0, 1, 2, 3], [3, 4, 5, 6], [6, 7]]
    assert losses == [2.0, 5.0, 7.0], "each loss is what model.loss gave for its chunk"


def test_state_is_carried_without_its_graph(impl):
    """The first state is None; the later ones are those of the chunk before, both parts detached."""
    model, ids = Witness(), torch.arange(8)[:, None]
    list(impl.truncated_bptt(model, ids, 3))
    first, second, third = model.states
    assert first is None, "the first chunk starts from no state"
    assert second is not None, "the second chunk starts from no state: nothing was carried"
    assert float(second[0].detach()) == 0 + 1 + 2
    assert float(third[0].detach()) == 0 + 1 + 2 + 3 + 4 + 5
    for name, part in zip("hc", second, strict=True):
        assert not part.requires_grad, f"{name} still has the graph of the chunk before"


def test_backward_is_left_to_the_caller(impl):
    """Each loss has a graph, and is computed when it is asked for."""
    model, ids = Witness(), torch.arange(8)[:, None]
    losses = iter(impl.truncated_bptt(model, ids, 3))
    loss = next(losses)
    assert len(model.chunks) == 1, "later chunks were computed before the caller could change the weights"
    assert loss.requires_grad, "the loss has no graph: the caller cannot call backward"
    assert model.weight.grad is None, "backward was called: that is the caller's part"
