"""Batch normalisation: both modes, running statistics, gradients, names, and the arithmetic."""

import torch

from autograder.checks import (
    close,
    compare,
    criterion,
    draw,
    draw_size,
    dtype_kept,
    faster_than,
    finite_under,
    observed,
    poison,
    require,
    unchanged,
    vjp,
)

BUFFERS = ("running_mean", "running_var", "num_batches_tracked")


def known(c):
    """A state dict of BatchNorm2d(c): all different from what a fresh layer has."""
    return {
        "weight": draw(c),
        "bias": draw(c),
        "running_mean": draw(c),
        "running_var": draw(c).abs() + 0.5,
        "num_batches_tracked": torch.tensor(4),
    }


def built(impl, state, training=True, **options):
    """The implementation's layer with this state, in this mode."""
    layer = impl.BatchNorm2d(len(state["weight"]), **options)
    layer.load_state_dict(state)
    layer.train(training)
    return layer


def axis(values):
    """[c] → [c,1,1]."""
    return values[:, None, None]


def normalised(x, mean, var, state, eps):
    return axis(state["weight"]) * (x - axis(mean)) / (axis(var) + eps).sqrt() + axis(state["bias"])


@criterion("norm.training")
def test_a_batch_is_normalised():
    """y for a batch [N,3,H,W] in training mode, with weight, bias and eps set; and for one image alone."""
    x, state = 2 * draw(draw_size(3, 5), 3, 5, 2) + 1, known(3)

    def oracle(_):
        return [
            {"y [N,C,H,W]": normalised(part, part.mean((0, 2, 3)), part.var((0, 2, 3), correction=0), state, eps)}
            for part, eps in ((x, 1e-5), (x, 0.3), (x[:1], 1e-5))
        ]

    compare(
        lambda impl: [
            {"y [N,C,H,W]": built(impl, state)(x)},
            {"y [N,C,H,W]": built(impl, state, eps=0.3)(x)},
            {"y [N,C,H,W]": built(impl, state)(x[:1])},
        ],
        oracle=oracle,
    )


@criterion("norm.training")
def test_fresh_layer_gives_mean_zero_and_variance_one():
    """With a fresh layer every channel comes out with mean 0 and variance 1, whatever its own were."""
    x = draw(4, 3, 3, 5) * axis(torch.tensor([0.3, 1.0, 20.0])) + axis(torch.tensor([5.0, -1.0, 7.0]))
    y = observed(lambda impl: impl.BatchNorm2d(3)(x), "float64").double()
    mean, var = y.mean((0, 2, 3)), y.var((0, 2, 3), correction=0)
    require(
        bool((mean.abs() < 1e-6).all() and ((var - 1).abs() < 1e-3).all()),
        "A fresh layer in training mode must give every channel mean 0 and (biased) variance 1.",
        explain=lambda impl: impl.BatchNorm2d(3)(x),
    )


@criterion("norm.running")
def test_running_statistics_after_several_batches():
    """running_mean, running_var and num_batches_tracked after four batches, for two values of momentum."""
    batches, state = [draw(2, 3, 2, 2) * (k + 1) + k for k in range(3)], known(3)
    batches.append(draw(2, 3, 1, 1))  # m − 1 is 1
    momenta = {"0.1": {}, "0.35": {"momentum": 0.35}}

    def observe(impl):
        seen = {}
        for name, options in momenta.items():
            layer = built(impl, state, **options)
            for batch in batches:
                layer(batch)
            after = layer.state_dict()
            seen[name] = {buffer: after[buffer] for buffer in BUFFERS}
        return seen

    def oracle(_):
        seen = {}
        for name, options in momenta.items():
            new = options.get("momentum", 0.1)
            mean, var = state["running_mean"], state["running_var"]
            for batch in batches:
                mean = (1 - new) * mean + new * batch.mean((0, 2, 3))
                var = (1 - new) * var + new * batch.var((0, 2, 3), correction=1)
            seen[name] = {"running_mean": mean, "running_var": var, "num_batches_tracked": torch.tensor(8)}
        return seen

    compare(observe, oracle=oracle)


@criterion("norm.running")
def test_running_statistics_hold_no_graph():
    """After a batch with gradients, the running statistics do not require any."""
    x, cotangent = draw(2, 3, 2, 2), draw(2, 3, 2, 2)

    def observe(impl):
        layer = impl.BatchNorm2d(3)
        vjp(layer, (x,), cotangent)
        return {name: getattr(layer, name).clone() for name in BUFFERS[:2]}

    seen = observed(observe)
    require(
        not any(value.requires_grad for value in seen.values()),
        "After a batch, running_mean or running_var still holds the graph of that batch: it would grow with every step.",
    )


@criterion("norm.evaluation")
def test_running_statistics_are_used():
    """In evaluation mode y is made with the running mean and variance, with eps inside the root."""
    x, state = draw(2, 3, 4, 5), known(3)
    compare(
        lambda impl: [{"y [N,C,H,W]": built(impl, state, False, **o)(x)} for o in ({}, {"eps": 0.4})],
        oracle=lambda _: [
            {"y [N,C,H,W]": normalised(x, state["running_mean"], state["running_var"], state, eps)}
            for eps in (1e-5, 0.4)
        ],
    )


@criterion("norm.evaluation")
def test_images_do_not_depend_on_the_batch():
    """In evaluation mode, moving one image by 10⁹ leaves the outputs of the others as they are."""
    x, state = draw(3, 2, 4, 3), known(2)
    poison(
        lambda impl, x: built(impl, state, False)(x),
        x,
        where=1,
        watch=lambda y: y[[0, 2]],
        what="In evaluation mode the images of a batch are independent",
    )


@criterion("norm.evaluation")
def test_running_statistics_stay():
    """A call in evaluation mode moves no buffer, and going back to training mode uses the batch again."""
    x, state = 3 * draw(2, 3, 4, 2) + 1, known(3)

    def observe(impl):
        layer = built(impl, state, False)
        layer(x)
        after = layer.state_dict()
        layer.train()
        return {**{name: after[name] for name in BUFFERS}, "y": layer(x)}

    def oracle(_):
        y = normalised(x, x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0), state, 1e-5)
        return {**{name: state[name] for name in BUFFERS}, "y": y}

    compare(observe, oracle=oracle)


@criterion("norm.gradients")
def test_gradients_in_training_mode():
    """Gradients of x, weight and bias, through the statistics of the batch, for a random cotangent."""
    x, state, cotangent = 2 * draw(3, 2, 2, 4) + 1, known(2), draw(3, 2, 2, 4)
    compare(lambda impl: vjp(built(impl, state), (x,), cotangent))


@criterion("norm.gradients")
def test_gradients_in_evaluation_mode():
    """Gradients of x, weight and bias with fixed statistics."""
    x, state, cotangent = draw(3, 2, 2, 4), known(2), draw(3, 2, 2, 4)
    compare(lambda impl: vjp(built(impl, state, False), (x,), cotangent))


@criterion("norm.state")
def test_names_shapes_and_first_values():
    """The state_dict of BatchNorm2d(5) has the names, shapes and first values of torch.nn.BatchNorm2d's."""
    expected = torch.nn.BatchNorm2d(5).state_dict()

    def observe(impl):
        layer = impl.BatchNorm2d(5)
        found = dict(layer.state_dict())
        missing, extra = sorted(set(expected) - set(found)), sorted(set(found) - set(expected))
        require(not missing, f"BatchNorm2d(5) lacks {', '.join(missing)} in its state_dict.")
        require(not extra, f"BatchNorm2d(5) has {len(extra)} entries more in its state_dict than asked.")
        for name, value in expected.items():
            got = found[name]
            require(
                got.shape == value.shape and bool((got.double() == value.double()).all()),
                f"{name} of BatchNorm2d(5) does not start with the shape and values of torch.nn.BatchNorm2d's.",
            )
        require(
            not found["num_batches_tracked"].is_floating_point(),
            "num_batches_tracked is a whole number: an int64 tensor without axes.",
        )

    observed(observe)


@criterion("norm.state")
def test_weight_and_bias_are_the_only_parameters():
    """weight and bias receive gradients; the buffers are no parameters."""
    x, cotangent = draw(2, 3, 2, 2), draw(2, 3, 2, 2)
    gradients = observed(lambda impl: sorted(vjp(impl.BatchNorm2d(3), (x,), cotangent)["parameters"] or {}))
    require(
        gradients == ["bias", "weight"],
        "The parameters of BatchNorm2d are weight and bias; running_mean, running_var and num_batches_tracked are buffers.",
    )


@criterion("norm.stable")
def test_far_from_zero():
    """Channels with mean 1000 and spread 1 keep the digits that float32 leaves them: y and running variance."""
    x = draw(4, 2, 5, 5) + 1000

    def observe(impl):
        layer = impl.BatchNorm2d(2)
        return {"y [N,C,H,W]": layer(x), "running_var [C]": layer.state_dict()["running_var"]}

    compare(observe)


@criterion("norm.stable")
def test_constant_channels_stay_finite():
    """A channel that does not vary gives finite values and gradients."""
    x, cotangent = draw(3, 2, 2, 2), draw(3, 2, 2, 2)
    x[:, 1] = 0.7

    def observe(impl):
        seen = vjp(impl.BatchNorm2d(2), (x,), cotangent)
        return {"y [N,C,H,W]": seen["outputs"], "gradient of x": seen["inputs"][0]}

    finite_under(observe)


@criterion("norm.dtype")
def test_dtype_is_kept():
    """float32, float64 and bfloat16 inputs give an output of the same dtype, in both modes."""
    x, state = draw(3, 2, 3, 4), known(2)
    dtype_kept(lambda impl: [built(impl, state, training)(x) for training in (True, False)])


@criterion("norm.dtype")
def test_half_types_are_computed_in_float32():
    """bfloat16 numbers near 100 are normalised as exactly as the bfloat16 result can say."""
    s = draw(16, 2, 1, 2).round().clamp(-3, 3)
    x = torch.cat([s, -s]) + 100  # whole numbers: exact in bfloat16
    x[::4] += 1  # the mean is 100.25, in the middle between two neighbours in bfloat16
    exact = (x - axis(x.mean((0, 2, 3)))) / axis(x.var((0, 2, 3), correction=0) + 1e-5).sqrt()
    y = observed(lambda impl: impl.BatchNorm2d(2)(x), "bfloat16").double()
    require(
        bool(((y - exact).abs() <= 2**-7 * exact.abs().max()).all()),
        "In bfloat16, numbers near 100 are not normalised as exactly as bfloat16 can say: "
        "the mean, or what it is subtracted from, was rounded on the way.",
    )


@criterion("norm.inputs")
def test_input_is_not_changed():
    """x is the same after the call as before, in both modes."""
    x, state = draw(3, 2, 3, 4), known(2)
    unchanged(lambda impl: [built(impl, state, training)(x) for training in (True, False)])


@criterion("norm.inputs")
def test_strided_input():
    """A slice of a larger tensor gives the same result as a packed one."""
    x, state = draw(3, 2, 3, 4), known(2)
    close(
        observed(lambda impl: impl.scaffold.with_strided_inputs(built(impl, state), x)),
        observed(lambda impl: built(impl, state)(x)),
        "That strided and packed inputs give the same result",
        rtol=1e-5,
    )


@criterion("norm.speed")
def test_within_three_times_the_reference():
    """A call in training mode (N = 4, 512 channels, 8×8) takes at most three times the CPU time of the reference's."""
    faster_than(
        prepare=lambda impl: impl.BatchNorm2d(512),
        call=lambda impl, layer, x: layer(x),
        inputs=lambda: draw(4, 512, 8, 8),
        speedup=1 / 3,
    )
