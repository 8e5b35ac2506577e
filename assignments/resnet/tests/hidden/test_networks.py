"""DigitNet and ResNet-18: entries, and that the parts are called in the right order. A ResNet-18 takes a sixth of a
second to build, so there are few."""

import math

import torch

from autograder.checks import criterion, draw, observed, require


def norm_shapes(name, c):
    per_channel = {f"{name}.{part}": [c] for part in ("weight", "bias", "running_mean", "running_var")}
    return {**per_channel, f"{name}.num_batches_tracked": []}


def block_shapes(name, c_in, c_out, stride):
    shapes = {f"{name}.conv1.weight": [c_out, c_in, 3, 3], **norm_shapes(f"{name}.bn1", c_out)}
    shapes |= {f"{name}.conv2.weight": [c_out, c_out, 3, 3], **norm_shapes(f"{name}.bn2", c_out)}
    if stride != 1 or c_in != c_out:
        shapes |= {f"{name}.downsample.0.weight": [c_out, c_in, 1, 1], **norm_shapes(f"{name}.downsample.1", c_out)}
    return shapes


def network_shapes(stem, layers, num_classes):
    """Name → shape; `stem` is the shape of conv1's weight, `layers` the (c_in, c_out, stride) of every block."""
    shapes = {"conv1.weight": stem, **norm_shapes("bn1", stem[0])}
    for number, blocks in enumerate(layers, start=1):
        for place, block in enumerate(blocks):
            shapes |= block_shapes(f"layer{number}.{place}", *block)
    last = layers[-1][-1][1]
    return {**shapes, "fc.weight": [num_classes, last], "fc.bias": [num_classes]}


DIGIT_LAYERS = [[(16, 16, 1)], [(16, 32, 2)], [(32, 64, 2)]]
RESNET_LAYERS = [
    [(64, 64, 1), (64, 64, 1)],
    [(64, 128, 2), (128, 128, 1)],
    [(128, 256, 2), (256, 256, 1)],
    [(256, 512, 2), (512, 512, 1)],
]


def require_shapes(found, wanted, who):
    missing, extra = sorted(set(wanted) - set(found)), sorted(set(found) - set(wanted))
    some = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
    require(not missing, f"{who} lacks {some} in its state_dict.")
    require(not extra, f"{who} has {len(extra)} entries more in its state_dict than asked.")
    for name, shape in wanted.items():
        require(list(found[name]) == shape, f"{name} of {who} has another shape than {shape}.")


def require_steps(seen, sizes, who):
    """The logits are those of the parts called one after the other, and every part gives an image of the right size."""
    require(
        seen["sizes"] == sizes,
        f"Behind the stem and the layers of {who}, the images are not of the sizes that the notebook's table gives.",
    )
    logits, parts = seen["logits"].double(), seen["by parts"].double()
    require(
        torch.allclose(logits, parts, rtol=1e-3, atol=1e-3 * float(parts.abs().max())),
        f"{who} does not give what its own parts give when they are called in the order of the notebook's table.",
    )


@criterion("digits.wiring")
def test_digitnet_has_the_parts_of_the_table():
    """Names and shapes of DigitNet() and DigitNet(3)."""

    def observe(impl):
        for arguments, classes in (((), 10), ((3,), 3)):
            found = impl.scaffold.outline(impl.DigitNet, *arguments)
            require_shapes(found, network_shapes([16, 1, 3, 3], DIGIT_LAYERS, classes), f"DigitNet({classes})")

    observed(observe)


@criterion("digits.wiring")
def test_digitnet_calls_its_parts_in_order():
    """DigitNet gives what its parts give one after the other, on 8×8 pixels and on others."""
    for shape, sizes in (
        ((3, 1, 8, 8), [[8, 8], [8, 8], [4, 4], [2, 2]]),
        ((2, 1, 7, 9), [[7, 9], [7, 9], [4, 5], [2, 3]]),
    ):
        x = draw(*shape)
        seen = observed(lambda impl, x=x: impl.scaffold.step_by_step(impl.DigitNet, 5, x=x))
        require_steps(seen, sizes, "DigitNet(5)")


@criterion("resnet.parameters")
def test_122_entries():
    """Names and shapes of ResNet18(1000) and ResNet18(10, stem="cifar"), and so 11,689,512 and 11,173,962 parameters."""

    def observe(impl):
        found = impl.scaffold.outline(impl.ResNet18, 1000)
        require_shapes(found, network_shapes([64, 3, 7, 7], RESNET_LAYERS, 1000), "ResNet18(1000)")
        found = impl.scaffold.outline(impl.ResNet18, 10, stem="cifar")
        require_shapes(found, network_shapes([64, 3, 3, 3], RESNET_LAYERS, 10), 'ResNet18(10, stem="cifar")')

    observed(observe)


@criterion("resnet.parameters")
def test_initial_spread_of_conv1():
    """conv1 of ResNet18(2, stem="cifar") starts with mean 0 and variance 2 / (64 · 9)."""
    found = observed(lambda impl: impl.ResNet18(2, stem="cifar").conv1.state_dict()["weight"]).double()
    spread = math.sqrt(2 / (64 * 9))
    # 1728 numbers: 10% are 6 standard deviations of a normal's spread.
    require(
        abs(float(found.std()) / spread - 1) < 0.1 and abs(float(found.mean())) < 0.15 * spread,
        'conv1 of ResNet18(2, stem="cifar") does not start with mean 0 and variance 2 / (c_out · kernel area).',
    )


@criterion("resnet.wiring")
def test_imagenet_stem():
    """On 33×36 pixels: the stem leaves 9×9, the layers 9, 5, 3 and 2; logits are those of the parts in order."""
    x = draw(2, 3, 33, 36)  # less padding of conv1 would leave 8 of 33, more would leave 10 of 36
    seen = observed(lambda impl: impl.scaffold.step_by_step(impl.ResNet18, 7, x=x, pool=True))
    require_steps(seen, [[9, 9], [9, 9], [5, 5], [3, 3], [2, 2]], "ResNet18(7)")


@criterion("resnet.wiring")
def test_cifar_stem():
    """On 9×10 pixels: the stem keeps the size, the layers leave 9, 5, 3 and 2; logits are those of the parts in order."""
    x = draw(2, 3, 9, 10)
    seen = observed(lambda impl: impl.scaffold.step_by_step(impl.ResNet18, 7, x=x, stem="cifar"))
    require_steps(seen, [[9, 10], [9, 10], [5, 5], [3, 3], [2, 2]], 'ResNet18(7, stem="cifar")')
