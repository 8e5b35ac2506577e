"""Public tests of `layers`: the formulas with the layer's own parts."""

import torch


def test_encoder(impl):
    """Pre and post, put together from the layer's own sublayers and norms."""
    torch.manual_seed(0)
    x, mask = torch.randn(2, 4, 6), torch.ones(4, 4, dtype=torch.bool).tril(1)
    for norm in ("pre", "post"):
        layer = impl.EncoderLayer(6, 2, 8, norm)
        if norm == "pre":
            inner = layer.norm1(x)
            y = x + layer.attention(inner, inner, inner, mask)
            wanted = y + layer.feed_forward(layer.norm2(y))
        else:
            y = layer.norm1(x + layer.attention(x, x, x, mask))
            wanted = layer.norm2(y + layer.feed_forward(y))
        torch.testing.assert_close(layer(x, mask), wanted, msg=lambda m, n=norm: f"{n}: {m}")


def test_decoder_sees_the_past_and_the_memory(impl):
    """The last position moves no other, the memory moves all, and a masked part of it none."""
    torch.manual_seed(0)
    layer, x, memory = impl.DecoderLayer(6, 2, 8), torch.randn(1, 4, 6), torch.randn(1, 5, 6)
    later, other = x.clone(), memory.clone()
    later[:, 3] += 1
    other[:, 4] += 1
    plain, mask = layer(x, memory), torch.tensor([True] * 4 + [False]).expand(4, 5)
    torch.testing.assert_close(layer(later, memory)[:, :3], plain[:, :3], msg="a later position is seen")
    assert bool((layer(x, other) - plain).abs().amax(-1).min() > 1e-6), "the memory is not seen by every position"
    torch.testing.assert_close(layer(x, other, mask), layer(x, memory, mask), msg="a masked part of the memory is seen")
