"""The convolution: values, gradients, shifts, arithmetic, and what one call costs."""

from torch.nn import functional as F  # noqa: N812 (its usual name)

from autograder.checks import (
    close,
    compare,
    criterion,
    draw,
    draw_size,
    dtype_kept,
    faster_than,
    observed,
    poison,
    require,
    trace,
    unchanged,
    vjp,
)


def labelled(y):
    return {"y [N,K,H',W']": y}


@criterion("conv2d.values")
def test_same_as_the_definition():
    """Kernels that are not square, images that are not square, strides that do not fit, with and without bias."""
    H, W = draw_size(7, 9), draw_size(10, 12)
    x, w, b = draw(2, 3, H, W), draw(4, 3, 3, 2), draw(4)
    tall = draw(5, 3, 5, 1)

    def observe(impl):
        return [
            labelled(impl.conv2d(x, w, b, stride=2, padding=1)),
            labelled(impl.conv2d(x, w, b)),
            labelled(impl.conv2d(x, tall, None, 3, 2)),
        ]

    def oracle(_):
        answers = [F.conv2d(x, w, b, stride=2, padding=1), F.conv2d(x, w, b), F.conv2d(x, tall, None, 3, 2)]
        return [labelled(y) for y in answers]

    compare(observe, oracle=oracle)


@criterion("conv2d.values")
def test_smallest_sizes():
    """1×1 kernels, one pixel, one channel; a kernel as large as the image; a stride larger than the kernel."""
    cases = [
        (draw(3, 4, 5, 7), draw(2, 4, 1, 1), 1, 0),
        (draw(1, 1, 1, 1), draw(1, 1, 3, 3), 1, 1),
        (draw(2, 2, 4, 3), draw(3, 2, 4, 3), 1, 0),
        (draw(1, 2, 7, 8), draw(2, 2, 1, 1), 3, 0),
    ]
    compare(
        lambda impl: [labelled(impl.conv2d(x, w, None, s, p)) for x, w, s, p in cases],
        oracle=lambda _: [labelled(F.conv2d(x, w, None, s, p)) for x, w, s, p in cases],
    )


@criterion("conv2d.gradients")
def test_gradients_of_x_w_and_b():
    """Gradients of x, w and b for random cotangents, with stride and padding, with and without bias."""
    x, w, b = draw(2, 3, 6, 5), draw(4, 3, 3, 2), draw(4)
    cotangent, other = draw(2, 4, 3, 3), draw(2, 4, 4, 4)

    def observe(impl):
        with_bias = vjp(impl.conv2d, (x, w, b), cotangent, stride=2, padding=1)["inputs"]
        return [*with_bias, *vjp(impl.conv2d, (x, w), other)["inputs"]]

    compare(observe)


@criterion("conv2d.shifts")
def test_a_moved_image_gives_a_moved_output():
    """Away from the border, moving the image by one row and two columns moves the output by as much."""
    x, w = draw(1, 2, 9, 8), draw(3, 2, 3, 3)
    moved = x.roll((1, 2), dims=(2, 3))
    y = observed(lambda impl: impl.conv2d(x, w, None, 1, 0), "float64")
    y_moved = observed(lambda impl: impl.conv2d(moved, w, None, 1, 0), "float64")
    close(
        y_moved[:, :, 1:, 2:],
        y[:, :, :-1, :-2],
        "That an image moved by one row and two columns gives an output moved by as much",
        rtol=1e-9,
        explain=lambda impl: impl.conv2d(x, w, None, 1, 0),
    )


@criterion("conv2d.shifts")
def test_images_of_a_batch_do_not_touch():
    """Moving one image of the batch by 10⁹ leaves the outputs of the others as they are."""
    x, w = draw(3, 2, 5, 4), draw(4, 2, 3, 3)
    poison(
        lambda impl, x: impl.conv2d(x, w, None, 1, 1),
        x,
        where=1,
        watch=lambda y: y[[0, 2]],
        what="The images of a batch do not influence each other",
    )


@criterion("conv2d.dtype")
def test_dtype_is_kept():
    """float32, float64 and bfloat16 inputs give an output of the same dtype, with padding and bias."""
    x, w, b = draw(2, 3, 5, 4), draw(4, 3, 3, 3), draw(4)
    dtype_kept(lambda impl: [impl.conv2d(x, w, b, 1, 1), impl.conv2d(x, w)])


@criterion("conv2d.inputs")
def test_inputs_are_not_changed():
    """x, w and b are the same after the call as before."""
    x, w, b = draw(2, 3, 5, 4), draw(4, 3, 3, 2), draw(4)
    unchanged(lambda impl: [impl.conv2d(x, w, b, 2, 1), impl.conv2d(x, w, b)])


@criterion("conv2d.inputs")
def test_strided_inputs():
    """Inputs that are slices of larger tensors give the same result as packed ones."""
    x, w, b = draw(2, 3, 5, 4), draw(4, 3, 3, 2), draw(4)
    close(
        observed(lambda impl: impl.scaffold.with_strided_inputs(impl.conv2d, x, w, b, stride=2, padding=1)),
        observed(lambda impl: impl.conv2d(x, w, b, 2, 1)),
        "That strided and packed inputs give the same result",
        rtol=1e-5,
    )


@criterion("conv2d.products")
def test_products_do_not_grow_with_images_or_places():
    """Six images of 10×10 and a 3×3 kernel take at most 9 matrix products."""
    x, w = draw(6, 2, 10, 10), draw(4, 2, 3, 3)
    products = observed(lambda impl: trace(impl.conv2d, x, w, None, 1, 1).matmuls)
    require(
        products <= 9,
        f"Six images of 10×10 pixels and a 3×3 kernel took {min(products, 9999)} matrix products. "
        "One is enough; 3·3 = 9 are allowed.",
    )


@criterion("conv2d.memory")
def test_largest_tensor():
    """No tensor of one call is larger than one and a half times the columns [N, C·kh·kw, H'·W']."""
    N, C, K, side = 2, 4, 24, 16
    x, w = draw(N, C, side, side), draw(K, C, 3, 3)
    columns = 4 * N * C * 9 * side * side
    largest = observed(lambda impl: trace(impl.conv2d, x, w, None, 1, 1).largest)
    require(
        largest <= 1.5 * columns,
        f"The largest tensor of a call is {min(largest / columns, 9999):.1f} times the size of the columns "
        "[N, C·kh·kw, H'·W'] in float32; 1.5 times is allowed.",
    )


@criterion("conv2d.speed")
def test_within_three_times_the_reference():
    """A call (N = 2, 12 channels to 80, 32×32 pixels, 3×3) takes at most three times the CPU time of the reference's."""
    w = draw(80, 12, 3, 3)
    faster_than(
        prepare=lambda impl: None,
        call=lambda impl, _, x: impl.conv2d(x, w, None, 1, 1),
        inputs=lambda: draw(2, 12, 32, 32),
        speedup=1 / 3,
    )
