"""Public tests of `heads`: torch.nn.MultiheadAttention is the judge."""

import torch

NAMES = ("q_proj", "k_proj", "v_proj", "out_proj")


def pair(impl, d, heads):
    """Your module and torch's with the same weights, float64."""
    torch.manual_seed(d + heads)
    mine = impl.MultiHeadAttention(d, heads).double()
    judge = torch.nn.MultiheadAttention(d, heads, batch_first=True).double()
    with torch.no_grad():
        for parameter in mine.parameters():
            parameter.normal_()
        judge.in_proj_weight.copy_(torch.cat([getattr(mine, name).weight for name in NAMES[:3]]))
        judge.in_proj_bias.copy_(torch.cat([getattr(mine, name).bias for name in NAMES[:3]]))
        judge.out_proj.weight.copy_(mine.out_proj.weight)
        judge.out_proj.bias.copy_(mine.out_proj.bias)
    return mine, judge


def test_parameters(impl):
    """Four linear maps with bias, and nothing else."""
    found = {name: tuple(p.shape) for name, p in impl.MultiHeadAttention(6, 2).state_dict().items()}
    assert found == {f"{n}.{kind}": shape for n in NAMES for kind, shape in (("weight", (6, 6)), ("bias", (6,)))}


def test_same_as_torch(impl):
    """Three different inputs, one head and three; the output alone is returned."""
    for heads in (1, 3):
        mine, judge = pair(impl, 6, heads)
        query, key, value = torch.randn(2, 4, 6).double(), torch.randn(2, 5, 6).double(), torch.randn(2, 5, 6).double()
        out = mine(query, key, value)
        torch.testing.assert_close(out, judge(query, key, value)[0], msg=lambda m, h=heads: f"{h} head(s): {m}")


def test_masks(impl):
    """A mask [Lq,Lk] for all sequences, and one [B,Lq,Lk] for each."""
    mine, judge = pair(impl, 4, 2)
    x, shared = torch.randn(3, 4, 4).double(), torch.ones(4, 4, dtype=torch.bool).tril(1)
    torch.testing.assert_close(mine(x, x, x, shared), judge(x, x, x, attn_mask=~shared)[0])
    own = torch.stack([shared, shared.tril(), torch.ones(4, 4, dtype=torch.bool)])
    for b in range(3):
        one = judge(x[b : b + 1], x[b : b + 1], x[b : b + 1], attn_mask=~own[b])[0]
        torch.testing.assert_close(mine(x, x, x, own)[b : b + 1], one, msg=lambda m, b=b: f"sequence {b}: {m}")
