"""Public tests of `lm`: the model against itself and against ln V."""

import math

import torch


def test_shapes_and_names(impl):
    """ids [T,B] give logits [T,B,V] and a state [layers,B,H]; the LSTM is the attribute rnn."""
    model, ids = impl.CharLM(11, 6, 2), torch.randint(11, (5, 3))
    logits, (h, c) = model(ids)
    assert logits.shape == (5, 3, 11)
    assert h.shape == c.shape == (2, 3, 6)
    assert isinstance(model.rnn, impl.LSTM), "the attribute rnn is not an LSTM of yours"


def test_targets_are_the_next_characters(impl):
    """The loss is the mean of −ln p of ids[1:], from the logits after ids[:-1]."""
    torch.manual_seed(0)
    model, ids = impl.CharLM(11, 6, 1).double(), torch.randint(11, (6, 3))
    p = model(ids[:-1])[0].softmax(dim=-1).gather(2, ids[1:, :, None])
    torch.testing.assert_close(model.loss(ids)[0], -p.log().mean())


def test_untrained_loss(impl):
    """Before training, the loss is within 0.1 of ln V."""
    torch.manual_seed(0)
    loss = impl.CharLM(62, 32, 1).loss(torch.randint(62, (21, 16)))[0].item()
    assert abs(loss - math.log(62)) < 0.1, f"the untrained loss is {loss:.2f}; ln 62 is {math.log(62):.2f}"


def test_the_future_is_not_seen(impl):
    """Changing ids[3] leaves logits[0 … 2] as they are and moves logits[3]."""
    torch.manual_seed(0)
    model, ids = impl.CharLM(11, 6, 1), torch.randint(11, (5, 1))
    changed = ids.clone()
    changed[3] = (ids[3] + 1) % 11
    before, after = model(ids)[0], model(changed)[0]
    assert torch.equal(before[:3], after[:3]), "logits depend on characters that come later"
    assert not torch.equal(before[3], after[3]), "logits[3] do not depend on ids[3]"
