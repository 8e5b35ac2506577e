"""Public tests of `transformer`: shapes, names, and what the logits see."""

import torch


def test_shapes_and_names(impl):
    """Logits [B,Lt,V]; final norms with pre alone."""
    src, tgt = torch.randint(1, 9, (2, 5)), torch.randint(1, 7, (2, 3))
    for norm in ("pre", "post"):
        model = impl.Transformer(9, 7, 8, 2, 2, 12, norm)
        assert model(src, tgt).shape == (2, 3, 7)
        names = set(model.state_dict())
        assert {"src_embedding.weight", "encoder.1.attention.q_proj.weight", "decoder.0.norm3.bias"} <= names
        assert ("decoder_norm.weight" in names) == (norm == "pre"), f"norm={norm}: final norms belong to pre alone"


def test_causality_and_padding(impl):
    """A later target symbol changes nothing before it, and more padding changes nothing at all."""
    torch.manual_seed(0)
    model = impl.Transformer(9, 7, 8, 2, 1, 12).double()
    src, tgt = torch.randint(1, 9, (2, 5)), torch.randint(1, 6, (2, 4))
    later, padded = tgt.clone(), torch.cat([src, torch.zeros(2, 3, dtype=torch.int64)], dim=1)
    later[:, 3] += 1
    plain = model(src, tgt)
    torch.testing.assert_close(model(src, later)[:, :3], plain[:, :3], msg="a later target symbol is seen")
    torch.testing.assert_close(model(padded, tgt), plain, msg="padding is seen")


def test_positions_and_scale(impl):
    """The order of the source matters; a doubled table makes another difference than a doubled position would."""
    torch.manual_seed(0)
    model = impl.Transformer(9, 7, 8, 2, 1, 12).double()
    src, tgt = torch.tensor([[3, 5, 8]]), torch.tensor([[1, 2]])
    assert not torch.allclose(model(src, tgt), model(src.flip(1), tgt)), "the order of the source does not matter"
