"""Public tests of `norm`: torch.nn.BatchNorm2d is the judge."""

import torch


def pair(impl, c):
    """Your layer and torch's with the same weights, float64."""
    judge, mine = torch.nn.BatchNorm2d(c).double(), impl.BatchNorm2d(c).double()
    torch.nn.init.normal_(judge.weight)
    torch.nn.init.normal_(judge.bias)
    mine.load_state_dict(judge.state_dict())
    return mine, judge


def test_entries(impl):
    """Names and shapes of the state_dict are torch's, and so are the parameters among them."""
    mine, judge = impl.BatchNorm2d(3), torch.nn.BatchNorm2d(3)
    shapes = [{name: tuple(v.shape) for name, v in layer.state_dict().items()} for layer in (mine, judge)]
    assert shapes[0] == shapes[1]
    assert sorted(name for name, _ in mine.named_parameters()) == ["bias", "weight"]


def test_both_modes(impl):
    """Two batches while training, then one while evaluating: outputs and running statistics are torch's."""
    torch.manual_seed(2)
    mine, judge = pair(impl, 3)
    for mode in (True, True, False):
        x = 2 * torch.randn(4, 3, 5, 5).double() + 1
        mine.train(mode)
        judge.train(mode)
        place = "training" if mode else "evaluation"
        torch.testing.assert_close(mine(x), judge(x), msg=lambda m, place=place: f"output in {place} mode: {m}")
        for name in ("running_mean", "running_var", "num_batches_tracked"):
            one, other = mine.state_dict()[name], judge.state_dict()[name]
            torch.testing.assert_close(one, other, msg=lambda m, name=name: f"{name}: {m}")
