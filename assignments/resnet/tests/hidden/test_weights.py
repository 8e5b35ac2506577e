"""How many of the last 450 digits the handed-in weights name rightly.

The last of the tests that share a child: what reads hidden data ends it.
"""

import numpy as np
import torch

from autograder.checks import artifact, credit, criterion, data, observed, require
from autograder.checks.observe import on_submission

NEIGHBOURS, NOTHING = 437, 405  # of 450: three nearest neighbours, and what earns nothing (90%)
WEIGHTS = "digitnet.safetensors"


def digits():
    """images [450,1,8,8] in 0 … 1, and labels [450]."""
    with np.load(data("heldout.npz")) as file:
        return torch.from_numpy(file["images"]).double()[:, None] / 16, torch.from_numpy(file["labels"]).long()


def require_fit(weights, shapes):
    """The file holds what DigitNet() holds."""
    missing, extra = sorted(set(shapes) - set(weights)), sorted(set(weights) - set(shapes))
    some = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
    require(
        not missing, f"{WEIGHTS} lacks {some}: it is not from this DigitNet, or holds its parameters without buffers."
    )
    require(not extra, f"{WEIGHTS} holds {len(extra)} tensors that DigitNet() does not have.")
    for name, shape in shapes.items():
        require(
            list(weights[name].shape) == list(shape),
            f"{name} in {WEIGHTS} does not have DigitNet's shape {list(shape)}.",
        )


@criterion("digits.artifact")
def test_held_out_digits():
    """digitnet.safetensors, in your DigitNet in evaluation mode, names more than 437 of 450 new digits rightly."""
    weights, _ = artifact(WEIGHTS)
    require_fit(weights, observed(lambda impl: impl.scaffold.outline(impl.DigitNet)))
    images, labels = digits()
    order = torch.randperm(10, generator=torch.Generator().manual_seed(1))
    relabelled = {**weights, "fc.weight": weights["fc.weight"][order], "fc.bias": weights["fc.bias"][order]}

    def observe(impl):
        answers = []
        for state in (weights, relabelled):
            model = impl.DigitNet()
            model.load_state_dict(state)
            model.eval()
            answers.append(model(images))
        return answers

    logits, others = on_submission(observe, torch.float32, [])
    require(
        logits.shape == (450, 10) and bool(logits.isfinite().all()),
        "With the weights handed in, DigitNet does not give finite logits [N,10].",
    )
    require(
        others.shape == (450, 10) and torch.allclose(others, logits[:, order], rtol=1e-3, atol=1e-3),
        "With the rows of fc in another order, DigitNet does not give its logits in that order: they are not made by the weights.",
    )
    right = int((logits.argmax(dim=1) == labels).sum())
    credit(
        1.0 if right > NEIGHBOURS else max(0, right - NOTHING) / (NEIGHBOURS + 1 - NOTHING),
        f"Your network names {right / 4.5:.1f}% of 450 new digits rightly. "
        "Three nearest neighbours name 97.11%: to be beaten for all points; 90% or less earns none.",
    )
