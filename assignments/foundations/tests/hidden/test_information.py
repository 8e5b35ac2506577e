"""Hidden tests of `information`: entropy, cross-entropy and divergence against sums written out with torch."""

import math

import torch

from autograder.checks import (
    close,
    compare,
    criterion,
    draw,
    draw_ints,
    dtype_kept,
    observed,
    repeatable,
    require,
    unchanged,
)

FLOATS = ("float32", "float64")


def draw_distributions(*shape, axis=-1):
    """Distributions along `axis`, none of their probabilities very small."""
    return torch.softmax(draw(*shape), dim=axis)


def with_zeros():
    """(p, q), both [5,4]: zeros in p, in q where p is 0, and one row with one outcome alone."""
    p = torch.tensor(
        [[0.5, 0.5, 0, 0], [0, 0.25, 0.75, 0], [0, 0, 1, 0], [0.25] * 4, [0, 0, 0, 1]], dtype=torch.float64
    )
    q = draw_distributions(5, 4)
    q[0, 3] = q[2, 0] = q[4, 1] = 0
    return p, q


@criterion("information.entropy")
def test_entropy():
    """H in nats, for single distributions and batches."""
    inputs = [draw_distributions(7), draw_distributions(5, 7), draw_distributions(2, 3, 11), draw_distributions(4, 2)]
    compare(
        lambda impl: [impl.entropy(p) for p in inputs],
        oracle=lambda _: [torch.special.entr(p).sum(-1) for p in inputs],
    )


@criterion("information.entropy")
def test_bases():
    """To the bases 2, 10, 3 and 2.5, by name and by place."""
    p = draw_distributions(3, 6)
    H = torch.special.entr(p).sum(-1)
    compare(
        lambda impl: [impl.entropy(p, base=2), impl.entropy(p, 10), impl.entropy(p, base=3), impl.entropy(p, base=2.5)],
        oracle=lambda _: [H / math.log(base) for base in (2, 10, 3, 2.5)],
    )


@criterion("information.entropy")
def test_entropy_along_axes():
    """Distributions along any axis."""
    square, cube = draw_distributions(4, 4, axis=0), draw_distributions(3, 5, 2, axis=1)
    compare(
        lambda impl: [impl.entropy(square, axis=0), impl.entropy(cube, axis=1), impl.entropy(cube, 2, -2)],
        oracle=lambda _: [
            torch.special.entr(square).sum(0), torch.special.entr(cube).sum(1), torch.special.entr(cube).sum(1) / math.log(2)
        ],
    )  # fmt: skip


@criterion("information.entropy")
def test_uniform():
    """n equally likely outcomes: ln n nats."""
    sizes = (1, 2, 3, 10, 97)
    values = observed(
        lambda impl: [impl.entropy(torch.full((n,), 1 / n, dtype=torch.float64)) for n in sizes], "float64"
    )
    for n, value in zip(sizes, values, strict=True):
        require(abs(float(value) - math.log(n)) < 1e-12, "The entropy of n equally likely outcomes is not ln n.")


@criterion("information.cross_entropy")
def test_cross_entropy():
    """−Σ p ln q, for single distributions and batches, along any axis."""
    one, many, cube = (
        [draw_distributions(*shape, axis=axis) for _ in range(2)]
        for shape, axis in (((6,), 0), ((5, 7), 1), ((3, 5, 2), 1))
    )
    compare(
        lambda impl: [impl.cross_entropy(*one), impl.cross_entropy(*many), impl.cross_entropy(*cube, axis=1)],
        oracle=lambda _: [-(p * q.log()).sum(axis) for (p, q), axis in ((one, -1), (many, -1), (cube, 1))],
    )


@criterion("information.cross_entropy")
def test_cross_entropy_of_labels():
    """With one-hot p it is −ln q of the outcome that happened."""
    q, y = draw_distributions(9, 4), draw_ints(4, 9)
    p = torch.nn.functional.one_hot(y, 4).double()
    compare(
        lambda impl: impl.cross_entropy(p, q),
        oracle=lambda _: torch.nn.functional.nll_loss(q.log(), y, reduction="none"),
    )


@criterion("information.cross_entropy")
def test_nothing_is_normalised():
    """p and q are taken as they are, whatever they sum to."""
    p, q = draw(4, 5).abs() + 0.1, draw(4, 5).abs() + 0.1
    compare(lambda impl: impl.cross_entropy(p, q), oracle=lambda _: -(p * q.log()).sum(-1))


@criterion("information.kl")
def test_divergence_of_what_is_not_normalised():
    """p and q are taken as they are, whatever they sum to."""
    p, q = draw(4, 5).abs() + 0.1, draw(4, 5).abs() + 0.1
    compare(lambda impl: impl.kl_divergence(p, q), oracle=lambda _: (p * (p.log() - q.log())).sum(-1))


@criterion("information.kl")
def test_divergence():
    """Σ p ln(p/q), for single distributions and batches, along any axis."""
    one, many, cube = (
        [draw_distributions(*shape, axis=axis) for _ in range(2)]
        for shape, axis in (((6,), 0), ((5, 7), 1), ((3, 5, 2), 1))
    )
    compare(
        lambda impl: [impl.kl_divergence(*one), impl.kl_divergence(*many), impl.kl_divergence(*cube, axis=1)],
        oracle=lambda _: [(p * (p / q).log()).sum(axis) for (p, q), axis in ((one, -1), (many, -1), (cube, 1))],
    )


@criterion("information.kl")
def test_identities():
    """KL(p‖q) = CE(p, q) − H(p); 0 for q = p; and another number when p and q change places."""
    p, q = draw_distributions(4, 6), draw_distributions(4, 6)
    found = observed(
        lambda impl: {
            "there": impl.kl_divergence(p, q),
            "back": impl.kl_divergence(q, p),
            "self": impl.kl_divergence(p, p),
        },
        "float64",
    )
    expected = -(p * q.log()).sum(-1) - torch.special.entr(p).sum(-1)
    close(found["there"], expected, "KL(p‖q) = CE(p, q) − H(p)", 1e-9)
    require(bool((found["self"].abs() < 1e-12).all()), "KL(p‖p) is not 0.")
    require(
        bool(((found["there"] - found["back"]).abs() > 1e-9).all()), "KL(p‖q) is KL(q‖p); for these p and q it is not."
    )


@criterion("information.edges")
def test_zeros_in_p():
    """Outcomes that never happen add nothing, whatever q is there."""
    p, q = with_zeros()
    logs = torch.where(p > 0, q, 1).log()
    compare(
        lambda impl: {
            "entropy": impl.entropy(p), "bits": impl.entropy(p, base=2), "cross-entropy": impl.cross_entropy(p, q),
            "divergence": impl.kl_divergence(p, q), "columns": impl.kl_divergence(p.T, q.T, axis=0),
        },
        oracle=lambda _: {
            "entropy": torch.special.entr(p).sum(-1), "bits": torch.special.entr(p).sum(-1) / math.log(2),
            "cross-entropy": -(p * logs).sum(-1),
            "divergence": -(p * logs).sum(-1) - torch.special.entr(p).sum(-1),
            "columns": -(p * logs).sum(-1) - torch.special.entr(p).sum(-1),
        },
    )  # fmt: skip


@criterion("information.edges")
def test_off_the_support():
    """What happens and was held to be impossible costs +∞, and the rows beside it what they did."""
    p, q = draw_distributions(4, 3), draw_distributions(4, 3)
    q[1, 2] = q[3, 0] = 0
    expected = -(p * q.log()).sum(-1)
    compare(
        lambda impl: {"cross-entropy": impl.cross_entropy(p, q), "divergence": impl.kl_divergence(p, q)},
        oracle=lambda _: {"cross-entropy": expected, "divergence": expected - torch.special.entr(p).sum(-1)},
    )


@criterion("information.exact")
def test_certainty():
    """The entropy of a certain outcome is 0, and so is every divergence of it from itself."""
    certain = torch.eye(4, dtype=torch.float64)
    found = observed(
        lambda impl: {"H": impl.entropy(certain), "CE": impl.cross_entropy(certain, certain), "KL": impl.kl_divergence(certain, certain)},
        "float64",
    )  # fmt: skip
    require(bool((found["H"] > -1e-13).all()), "The entropy of a certain outcome is negative.")
    require(bool((found["H"] < 1e-13).all()), "The entropy of a certain outcome is not 0.")
    require(bool((found["CE"].abs() < 1e-13).all()), "CE(p, p) of a certain outcome is not 0.")
    require(bool((found["KL"].abs() < 1e-13).all()), "KL(p‖p) of a certain outcome is not 0.")


@criterion("information.exact")
def test_small_beliefs():
    """A q of 10⁻¹² or 10⁻³⁰ costs what its logarithm says."""
    p = draw_distributions(4, 3)
    q = draw_distributions(4, 3) * torch.tensor([1e-12, 1e-20, 1e-30, 1e-36], dtype=torch.float64)[:, None]
    compare(
        lambda impl: {"cross-entropy": impl.cross_entropy(p, q), "divergence": impl.kl_divergence(p, q)},
        oracle=lambda _: {"cross-entropy": -(p * q.log()).sum(-1), "divergence": (p * (p.log() - q.log())).sum(-1)},
    )


@criterion("information.exact")
def test_smallest_beliefs():
    """q as small as floats get: p/q is infinite there, ln p − ln q is not."""
    p = draw_distributions(3, 4)
    q = draw_distributions(3, 4)
    for row, column in enumerate((1, 3, 0)):
        p[row], p[row, column] = p[row] / 2, 0.5
        q[row, column] = 4e-40 * (1 + row)
    compare(lambda impl: {"cross-entropy": impl.cross_entropy(p, q), "divergence": impl.kl_divergence(p, q)})


@criterion("information.arrays")
def test_dtype():
    """float32 in, float32 out; float64 in, float64 out."""
    p, q = draw_distributions(3, 4), draw_distributions(3, 4)
    dtype_kept(
        lambda impl: [impl.entropy(p), impl.entropy(p, base=2), impl.cross_entropy(p, q), impl.kl_divergence(p, q)],
        FLOATS,
    )


@criterion("information.arrays")
def test_inputs():
    """p and q are not changed, may be slices or transposes, and give the same each time."""
    p, q = draw_distributions(9, 8)[::2, ::3].T, draw_distributions(9, 8)[::2, ::3].T
    p[0, 1] = q[0, 1] = 0

    def observe(impl, p=p, q=q):
        return [impl.entropy(p, axis=0), impl.cross_entropy(p, q), impl.kl_divergence(p[1:], q[1:])]

    unchanged(observe)
    repeatable(observe)
    packed = observed(lambda impl: observe(impl, p.contiguous(), q.contiguous())[::2])
    close(observed(observe)[::2], packed, "That slices and transposes give what packed arrays give", 1e-5)


@criterion("information.arrays")
def test_whole_numbers():
    """A p of whole numbers gives what it gives as fractions; p and q need not sum to 1."""
    q, p = draw_distributions(5, 4), draw_ints(3, 5, 4) + 1

    def observe(impl, p=p):
        return [impl.entropy(p), impl.cross_entropy(p, q), impl.kl_divergence(p, q)]

    whole, fractions = observed(observe, "float64"), observed(lambda impl: observe(impl, p.double()), "float64")
    close(whole, fractions, "That whole numbers give what they give as fractions", 1e-5, explain=observe)
