"""Public tests of `relative`: small cases by hand."""

import torch


def test_shaw(impl):
    """L = 3, clip = 1: which row of the table each entry uses."""
    table = torch.tensor([[10.0], [20.0], [30.0]])
    scores = impl.relative_scores(torch.ones(3, 1), table, 1)
    assert scores.tolist() == [[20, 30, 30], [10, 20, 30], [10, 10, 20]]


def test_t5(impl):
    """The four buckets that the notebook works out, and the exact ones."""
    offsets = torch.tensor([-20, 20, 0, -3, 3])
    assert impl.t5_bucket(offsets, True).tolist() == [10, 26, 0, 3, 19]
    assert impl.t5_bucket(offsets, False).tolist() == [17, 0, 0, 3, 0]
    assert impl.t5_bucket(torch.tensor([-1000]), False).tolist() == [31]


def test_alibi(impl):
    """8 heads: ½ … 1/256. 3 heads: 1/16, 1/256, 1/4."""
    torch.testing.assert_close(impl.alibi_slopes(8), 0.5 ** torch.arange(1, 9))
    torch.testing.assert_close(impl.alibi_slopes(3), torch.tensor([1 / 16, 1 / 256, 1 / 4]))
