"""The residual block: values in both modes, the shortcut, gradients, parameters, depth, and its inputs."""

import math

import torch
from torch.nn import functional as F  # noqa: N812 (its usual name)

from autograder.checks import (
    close,
    compare,
    criterion,
    draw,
    draw_size,
    dtype_kept,
    observed,
    poison,
    require,
    unchanged,
    vjp,
)


def norm_state(name, c):
    return {
        f"{name}.weight": draw(c) + 1,
        f"{name}.bias": draw(c, scale=0.5),
        f"{name}.running_mean": draw(c, scale=0.3),
        f"{name}.running_var": draw(c).abs() + 0.5,
        f"{name}.num_batches_tracked": torch.tensor(3),
    }


def known(c_in, c_out, stride=1):
    """A state dict of BasicBlock(c_in, c_out, stride), under the names of torchvision."""
    state = {"conv1.weight": draw(c_out, c_in, 3, 3, scale=0.4), **norm_state("bn1", c_out)}
    state |= {"conv2.weight": draw(c_out, c_out, 3, 3, scale=0.4), **norm_state("bn2", c_out)}
    if stride != 1 or c_in != c_out:
        state |= {"downsample.0.weight": draw(c_out, c_in, 1, 1), **norm_state("downsample.1", c_out)}
    return state


def built(impl, state, stride=1, training=True):
    """The implementation's block with this state, in this mode."""
    c_out, c_in = state["conv1.weight"].shape[:2]
    block = impl.BasicBlock(c_in, c_out, stride)
    block.load_state_dict(state)
    block.train(training)
    return block


def norm(x, state, name, training):
    mean, var = state[f"{name}.running_mean"], state[f"{name}.running_var"]
    return F.batch_norm(x, mean.clone(), var.clone(), state[f"{name}.weight"], state[f"{name}.bias"], training)


def expected(x, state, stride, training):
    """What He et al. draw, in torch's own functions."""
    y = F.relu(norm(F.conv2d(x, state["conv1.weight"], None, stride, 1), state, "bn1", training))
    y = norm(F.conv2d(y, state["conv2.weight"], None, 1, 1), state, "bn2", training)
    if "downsample.0.weight" in state:
        x = norm(F.conv2d(x, state["downsample.0.weight"], None, stride), state, "downsample.1", training)
    return {"y [N,K,H',W']": F.relu(y + x)}


@criterion("block.values")
def test_blocks_that_keep_the_shape():
    """BasicBlock(3, 3) in training and in evaluation mode, on an image that is not square."""
    x, state = draw(draw_size(2, 3), 3, 5, 7), known(3, 3)
    compare(
        lambda impl: [{"y [N,K,H',W']": built(impl, state, 1, mode)(x)} for mode in (True, False)],
        oracle=lambda _: [expected(x, state, 1, mode) for mode in (True, False)],
    )


@criterion("block.values")
def test_blocks_that_change_it():
    """Stride 2 on sides of 7, 15 and 33 pixels; more channels; stride 2 with as many channels; stride 3."""
    cases = [
        (draw(2, 2, 7, 15), known(2, 3, 2), 2, True),
        (draw(1, 2, 33, 2), known(2, 2, 2), 2, False),
        (draw(2, 3, 4, 3), known(3, 2), 1, True),
        (draw(2, 2, 5, 7), known(2, 4, 3), 3, False),
    ]
    compare(
        lambda impl: [{"y [N,K,H',W']": built(impl, s, stride, mode)(x)} for x, s, stride, mode in cases],
        oracle=lambda _: [expected(*case) for case in cases],
    )


@criterion("block.values")
def test_running_statistics_of_every_normalisation():
    """After one batch in training mode, each of the three normalisations has moved its own running mean and variance."""
    x, state = draw(3, 2, 4, 4), known(2, 3, 2)

    def observe(impl):
        block = built(impl, state, 2)
        block(x)
        after = block.state_dict()
        return {name: after[name] for name in sorted(state) if "running" in name or "tracked" in name}

    compare(observe)


@criterion("block.values")
def test_images_do_not_depend_on_the_batch():
    """In evaluation mode, moving one image by 10⁹ leaves the outputs of the others as they are."""
    x, state = draw(3, 2, 4, 3), known(2, 4, 2)
    poison(
        lambda impl, x: built(impl, state, 2, False)(x),
        x,
        where=1,
        watch=lambda y: y[[0, 2]],
        what="In evaluation mode the images of a batch are independent",
    )


@criterion("block.shortcut")
def test_without_the_last_gamma_the_input_is_left():
    """With bn2.weight = 0 and bn2.bias = 0, BasicBlock(3, 3) gives ReLU(x): both signs of x are treated rightly."""
    x, state = draw(2, 3, 4, 5), known(3, 3)
    state |= {"bn2.weight": torch.zeros(3).double(), "bn2.bias": torch.zeros(3).double()}

    def observe(impl):
        return built(impl, state)(x)

    require(
        torch.allclose(observed(observe, "float64").double(), x.clamp(min=0), rtol=1e-9, atol=1e-9),
        "With bn2.weight = 0 and bn2.bias = 0 a block that keeps the shape must give ReLU(x).",
        explain=observe,
    )


@criterion("block.shortcut")
def test_without_the_last_gamma_the_projection_is_left():
    """With bn2.weight = 0 and bn2.bias = 0, BasicBlock(2, 4, 2) gives ReLU of the normalised 1×1 projection."""
    x, state = draw(2, 2, 5, 7), known(2, 4, 2)
    state |= {"bn2.weight": torch.zeros(4).double(), "bn2.bias": torch.zeros(4).double()}

    def observe(impl):
        return built(impl, state, 2)(x)

    projection = F.conv2d(x, state["downsample.0.weight"], None, 2)
    wanted = F.relu(norm(projection, state, "downsample.1", True))
    require(
        torch.allclose(observed(observe, "float64").double(), wanted, rtol=1e-8, atol=1e-8),
        "With bn2.weight = 0 and bn2.bias = 0 a block that changes the shape must give ReLU(BN(1×1 convolution of x)).",
        explain=observe,
    )


@criterion("block.gradients")
def test_gradients_of_the_identity_block():
    """Gradients of x and of every parameter, in training mode, for a random cotangent."""
    x, state, cotangent = draw(2, 3, 4, 3), known(3, 3), draw(2, 3, 4, 3)
    compare(lambda impl: vjp(built(impl, state), (x,), cotangent))


@criterion("block.gradients")
def test_gradients_of_the_projecting_block():
    """The same where the shortcut is a projection."""
    x, state, cotangent = draw(2, 2, 5, 3), known(2, 3, 2), draw(2, 3, 3, 2)
    compare(lambda impl: vjp(built(impl, state, 2), (x,), cotangent))


@criterion("block.parameters")
def test_names_and_shapes():
    """The entries of four blocks have the names and shapes of torchvision's; 73,984 and 230,144 parameters."""
    blocks = [(64, 64, 1), (64, 128, 2), (3, 5, 1), (4, 4, 2)]

    def observe(impl):
        for c_in, c_out, stride in blocks:
            wanted = {name: list(value.shape) for name, value in known(c_in, c_out, stride).items()}
            found = impl.scaffold.outline(impl.BasicBlock, c_in, c_out, stride)
            who = f"BasicBlock({c_in}, {c_out}, {stride})"
            missing, extra = sorted(set(wanted) - set(found)), sorted(set(found) - set(wanted))
            require(not missing, f"{who} lacks {', '.join(missing)} in its state_dict.")
            require(not extra, f"{who} has {len(extra)} entries more in its state_dict than asked.")
            for name, shape in wanted.items():
                require(list(found[name]) == shape, f"{name} of {who} has another shape than {shape}.")

    observed(observe)


@criterion("block.parameters")
def test_initial_spread():
    """The convolutions of BasicBlock(32, 64, 2) start with mean 0 and variance 2 / (c_out · kernel area)."""

    def observe(impl):
        state = impl.BasicBlock(32, 64, 2).state_dict()
        return {name: state[f"{name}.weight"] for name in ("conv1", "conv2", "downsample.0")}

    for name, weight in observed(observe).items():
        spread = math.sqrt(2 / (weight.shape[0] * weight.shape[2] * weight.shape[3]))
        # 2048 numbers at least: 10% are 6 standard deviations of a normal's spread.
        require(
            abs(float(weight.double().std()) / spread - 1) < 0.1 and abs(float(weight.double().mean())) < 0.15 * spread,
            f"{name}.weight of BasicBlock(32, 64, 2) does not start with mean 0 and variance 2 / (c_out · kernel area).",
        )


@criterion("block.depth")
def test_a_gradient_passes_twenty_silent_blocks():
    """Twenty blocks with γ₂ = 0 pass x and a gradient on as one ReLU does; with γ₂ = 0.1 the gradient is as it must be."""
    x, cotangent = draw(2, 3, 4, 4), draw(2, 3, 4, 4)

    def observe(impl):
        return vjp(impl.scaffold.Chain(impl.BasicBlock, 3, 20, 0.0), (x,), cotangent)

    seen = observed(lambda impl: [observe(impl)["outputs"], *(observe(impl)["inputs"] or ())], "float64")
    require(
        torch.allclose(seen[0].double(), x.clamp(min=0)),
        "Twenty blocks with bn2.weight = 0 must give ReLU(x).",
    )
    require(
        torch.allclose(seen[1].double(), cotangent * (x > 0)),
        "Through twenty blocks with bn2.weight = 0 the gradient must arrive as it went in, wherever x > 0.",
    )


@criterion("block.inputs")
def test_input_is_not_changed():
    """x is the same after the call as before, where the shortcut is x itself and where it is not."""
    x, same, other = draw(2, 3, 4, 3), known(3, 3), known(3, 2, 2)
    unchanged(lambda impl: [built(impl, same)(x), built(impl, other, 2)(x)])


@criterion("block.inputs")
def test_strided_input_and_dtype():
    """A slice of a larger tensor gives the same result as a packed one, and the dtype is kept."""
    x, state = draw(2, 3, 4, 3), known(3, 2, 2)
    close(
        observed(lambda impl: impl.scaffold.with_strided_inputs(built(impl, state, 2), x)),
        observed(lambda impl: built(impl, state, 2)(x)),
        "That strided and packed inputs give the same result",
        rtol=1e-5,
    )
    dtype_kept(lambda impl: built(impl, state, 2)(x))
