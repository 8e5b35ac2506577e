"""Public tests of `attention`: torch's own function, a worked number, and what a mask must do."""

import torch
from torch.nn.functional import scaled_dot_product_attention as torchs_own


def qkv(*leading, Lq=4, Lk=6, dk=5, dv=3):
    generator = torch.Generator().manual_seed(Lq + 10 * Lk)
    shapes = (*leading, Lq, dk), (*leading, Lk, dk), (*leading, Lk, dv)
    return [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes]


def test_worked_number(impl):
    """The example of the notebook: out = 16.95, and 12.69 with the third key masked."""
    q, v = torch.tensor([[2.0, 0, 0, 0]]), torch.tensor([[10.0], [20.0], [60.0]])
    k = torch.tensor([[1.0, 0, 0, 0], [0, 0, 0, 0], [-1, 0, 0, 0]])
    out, weights = impl.scaled_dot_product_attention(q, k, v)
    assert abs(out.item() - 16.95) < 0.01, f"out is {out.item():.2f}, by hand it is 16.95"
    assert abs(weights.sum().item() - 1) < 1e-5, "the weights of a row do not sum to 1"
    out, _ = impl.scaled_dot_product_attention(q, k, v, mask=torch.tensor([[True, True, False]]))
    assert abs(out.item() - 12.69) < 0.01, f"with the third key masked out is {out.item():.2f}, by hand it is 12.69"


def test_same_as_torch(impl):
    """With a batch and heads, and without any leading axis, the output is torch's; rows of weights sum to 1."""
    for leading in ((2, 3), ()):
        q, k, v = qkv(*leading)
        out, weights = impl.scaled_dot_product_attention(q, k, v)
        torch.testing.assert_close(out, torchs_own(q, k, v), msg=lambda m, n=leading: f"leading axes {n}: {m}")
        torch.testing.assert_close(weights.sum(-1), torch.ones(*leading, 4).double(), msg="rows do not sum to 1")


def test_masks(impl):
    """True = may attend: the output is torch's, and hidden values can be anything."""
    q, k, v = qkv(2)
    mask = torch.tensor([True, True, False, True, False, True]).expand(4, 6)
    out, weights = impl.scaled_dot_product_attention(q, k, v, mask=mask)
    torch.testing.assert_close(out, torchs_own(q, k, v, attn_mask=mask))
    assert bool((weights[..., [2, 4]] == 0).all()), "a hidden key has a weight that is not 0"
    loud = v.clone()
    loud[:, [2, 4]] = 1e12
    torch.testing.assert_close(
        impl.scaled_dot_product_attention(q, k, loud, mask=mask)[0], out, msg="hidden values leak"
    )


def test_causal(impl):
    """As many queries as keys: the lower triangle with the diagonal. One query: it sees everything."""
    q, k, v = qkv(2, Lq=5, Lk=5)
    out, weights = impl.scaled_dot_product_attention(q, k, v, causal=True)
    torch.testing.assert_close(out, torchs_own(q, k, v, is_causal=True))
    assert bool((weights.triu(1) == 0).all()), "a position sees what comes later"
    newest, _ = impl.scaled_dot_product_attention(q[:, -1:], k, v, causal=True)
    torch.testing.assert_close(newest, out[:, -1:], msg="a single causal query must see all keys so far")


def test_empty_row(impl):
    """A row that may attend to nothing gives zeros."""
    q, k, v = qkv()
    mask = torch.ones(4, 6, dtype=torch.bool)
    mask[1] = False
    out, weights = impl.scaled_dot_product_attention(q, k, v, mask=mask)
    assert bool((out[1] == 0).all() and (weights[1] == 0).all()), "the empty row is not 0"
    assert bool(out.isfinite().all()), "there is NaN"


def test_gradients_and_inputs(impl):
    """Central differences agree with backward for q, k and v, and no input is changed."""
    inputs = [x.requires_grad_() for x in qkv(Lq=2, Lk=3)]
    before = [x.clone() for x in inputs]
    assert torch.autograd.gradcheck(lambda *x: impl.scaled_dot_product_attention(*x)[0], inputs)
    for name, old, new in zip("qkv", before, inputs, strict=True):
        assert torch.equal(old, new), f"{name} was changed"
