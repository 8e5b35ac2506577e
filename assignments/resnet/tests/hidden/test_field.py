"""The receptive field: against the formula and against networks in which every pixel is tried."""

import torch
from torch.nn import functional as F  # noqa: N812 (its usual name)

from autograder.checks import criterion, draw_size, observed, require


def require_sizes(cases, words):
    """`cases`: lists of (kernel, stride) with the side that is right."""

    def observe(impl):
        return [impl.receptive_field([tuple(layer) for layer in layers]) for layers, _ in cases]

    seen = observed(observe)
    require(
        all(got == side for got, (_, side) in zip(seen, cases, strict=True)),
        words,
        explain=lambda impl: [torch.tensor(float(side)) for side in observe(impl)],
    )


def tried(layers, centre, length=400):
    """Side of the patch of a line that one output of these layers depends on, by gradients of a positive network."""
    x = torch.ones(1, 1, length, dtype=torch.float64, requires_grad=True)
    h = x
    for kernel, stride in layers:
        h = F.conv1d(h, torch.ones(1, 1, kernel, dtype=torch.float64), stride=stride)
    (slope,) = torch.autograd.grad(h[0, 0, min(centre, h.shape[-1] - 1)], x)
    places = slope[0, 0].nonzero()
    return int(places.max() - places.min()) + 1


@criterion("field.size")
def test_known_stacks():
    """No layer at all, one layer, 3×3 layers without stride, and the main path of ResNet-18 with the ImageNet stem."""
    layer = [(3, 1)] * 4
    later = [(3, 2), (3, 1), (3, 1), (3, 1)]
    cases = [
        ([], 1),
        ([(5, 1)], 5),
        ([(1, 1)], 1),
        ([(3, 1)] * 6, 13),
        ([(7, 2), (3, 2), *layer, *later, *later, *later], 435),
    ]
    require_sizes(cases, "For stacks like those in the notebook, receptive_field gives another side than the formula.")


@criterion("field.size")
def test_strides_of_all_kinds():
    """Kernels and strides by chance, even kernels and strides larger than kernels: as many pixels as really matter."""
    cases = []
    for _ in range(4):
        layers = [(draw_size(1, 5), draw_size(1, 3)) for _ in range(4)]
        cases.append((layers, tried(layers, 2)))
    cases.append(([(2, 3), (2, 2), (3, 1)], tried([(2, 3), (2, 2), (3, 1)], 1)))
    require_sizes(cases, "receptive_field gives another side than the pixels on which one output really depends.")
