"""Five ways to tell positions: sinusoids, rotations, and the three relative ones.

Sinusoids, rotations and slopes are asked for values to 10⁻⁴ first, and for their last digits in criteria of their own.
"""

import math

import torch

from autograder.checks import (
    close,
    compare,
    criterion,
    draw,
    draw_size,
    dtype_kept,
    observed,
    require,
    unchanged,
    vjp,
)

# ── sinusoids ────────────────────────────────────────────────────────────────────────────────────────────────────────


def encodings(length, d):
    """One number after the other, from the definition."""
    rows = []
    for p in range(length):
        angles = [p / 10000 ** (2 * i / d) for i in range(d // 2)]
        rows.append([f(angle) for angle in angles for f in (math.sin, math.cos)])
    return torch.tensor(rows, dtype=torch.float64)


@criterion("sinusoids.values")
def test_sinusoids():
    """The encodings of several lengths and widths, one position and one pair among them."""
    sizes = [(draw_size(20, 60), 16), (1, 2), (7, 6), (5, 4), (2000, 4)]

    def observe(impl):
        return [{"PE [length,d]": impl.sinusoidal_positions(length, d)} for length, d in sizes]

    close(
        observed(observe),
        [encodings(length, d) for length, d in sizes],
        "That column 2i is sin(ω_i p) and column 2i + 1 is cos(ω_i p)",
        rtol=1e-3,
        explain=observe,
    )


@criterion("sinusoids.values")
def test_precision_of_sinusoids():
    """The result has torch's default dtype: with float64 it is right to its digits."""
    compare(
        lambda impl: {"PE [length,d]": impl.sinusoidal_positions(40, 10)},
        oracle=lambda _: {"PE [length,d]": encodings(40, 10)},
        dtypes=("float64",),
    )
    require(
        observed(lambda impl: impl.sinusoidal_positions(3, 4)).dtype is torch.float32,
        "With float32 as torch's default dtype, the encodings are of another one.",
    )


# ── rope ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def turned(x, positions, theta=10000.0):
    """Pairs as complex numbers, times exp(i·angle)."""
    d = x.shape[-1]
    frequency = torch.tensor([theta ** (-2 * i / d) for i in range(d // 2)], dtype=torch.float64)
    angle = positions.double()[:, None] * frequency
    pairs = torch.view_as_complex(x.unflatten(-1, (-1, 2)).contiguous())
    return torch.view_as_real(pairs * torch.polar(torch.ones_like(angle), angle)).flatten(-2)


def rotated(cases):
    return lambda impl: [{"x' [...,L,d]": impl.rope(*case)} for case in cases]


def demand_rotation(cases, what):
    close(
        observed(rotated(cases), "float64"), [turned(*case) for case in cases], what, rtol=1e-5, explain=rotated(cases)
    )


@criterion("rope.values")
def test_positions_from_zero():
    """Neighbouring features are turned by p · 10000^(−2i/d), for one, two and four leading axes, and for d = 2."""
    cases = [(draw(*shape), torch.arange(shape[-2])) for shape in ((2, 5, 8), (6, 4), (2, 1, 3, 4, 6), (3, 5, 2))]
    demand_rotation(cases, "That pair i at position p is turned by p · θ^(−2i/d)")


@criterion("rope.values")
def test_other_positions():
    """Positions in any order, with gaps, and not beginning at 0, as in a decoder with a cache."""
    cases = [(draw(2, 3, 8), torch.tensor([7, 3, 100])), (draw(2, 1, 8), torch.tensor([draw_size(2, 40)]))]
    demand_rotation(cases, "That the positions given are the ones used")


@criterion("rope.values")
def test_other_theta():
    """theta is a parameter: 100 and 500000."""
    cases = [(draw(2, 6, 8), torch.arange(3, 9), theta) for theta in (100.0, 500000.0)]
    demand_rotation(cases, "That theta is used")


@criterion("rope.values")
def test_gradients_of_rope():
    """The gradient of x is the cotangent turned back."""
    x, positions, cotangent = draw(2, 4, 6), torch.tensor([5, 0, 2, 9]), draw(2, 4, 6)

    def observe(impl):
        return {"gradient of x [B,L,d]": vjp(impl.rope, (x, positions), cotangent, theta=50.0)["inputs"][0]}

    def oracle(_):
        return {"gradient of x [B,L,d]": turned(cotangent, -positions, 50.0)}

    compare(observe, oracle=oracle)


@criterion("rope.relative")
def test_scores_depend_on_the_distance():
    """q turned at m and k turned at n have the same product when both positions are shifted, for another theta too."""
    q, k, theta = draw(3, 4, 8), draw(3, 6, 8), 300.0
    m, n = torch.tensor([3, 0, 8, 5]), torch.tensor([1, 2, 9, 4, 0, 30])

    def observe(impl):
        return [
            impl.rope(q, m + shift, theta) @ impl.rope(k, n + shift, theta).transpose(-2, -1) for shift in (0, 1, 57)
        ]

    here, *there = observed(observe, "float64")
    for scores in there:
        close(scores, here, "That scores depend on n − m alone", rtol=1e-6, explain=observe)


@criterion("rope.relative")
def test_scores_do_depend_on_the_distance():
    """(R_m q)·(R_n k) = q·(R_(n−m) k): with q at 0 and k at n − m it is the same, and it changes with n − m."""
    q, k = draw(1, 8), draw(1, 8)

    def score(impl, m, n):
        return (impl.rope(q, torch.tensor([m])) * impl.rope(k, torch.tensor([n]))).sum()

    def observe(impl):
        return torch.stack([score(impl, 2, 9), score(impl, 0, 7), score(impl, 9, 2)])

    apart, moved, swapped = observed(observe, "float64")
    close(apart, moved, "That scores depend on n − m alone", rtol=1e-6, explain=observe)
    require(
        float((apart - swapped).abs()) > 1e-9, "The score of a key 7 ahead is that of one 7 behind.", explain=observe
    )


@criterion("rope.relative")
def test_lengths_stay():
    """Turning changes no length, at small and at large positions."""
    x, positions = draw(2, 5, 6), torch.tensor([0, 1, 10, 100, 1000])

    def observe(impl):
        return impl.rope(x, positions).norm(dim=-1)

    close(observed(observe, "float64"), x.norm(dim=-1), "That turning keeps lengths", rtol=1e-6, explain=observe)


@criterion("rope.half")
def test_angles_of_half_types():
    """bfloat16 and float16 inputs at positions near 1000: as exact as the result can be in that dtype."""
    x, positions = draw(2, 5, 8), torch.tensor([1000, 1001, 1002, 1003, 511])
    compare(lambda impl: {"x' [B,L,d]": impl.rope(x, positions)}, dtypes=("bfloat16",))
    compare(lambda impl: {"x' [B,L,d]": impl.rope(x, positions)}, dtypes=("float16",))


@criterion("rope.half")
def test_angles_of_float64():
    """float64 inputs have float64 angles."""
    x, positions = draw(2, 3, 8), torch.tensor([3, 40, 7])
    compare(
        lambda impl: {"x' [B,L,d]": impl.rope(x, positions)},
        oracle=lambda _: {"x' [B,L,d]": turned(x, positions)},
        dtypes=("float64",),
    )


@criterion("rope.half")
def test_dtype_of_rope():
    """The result has the dtype of x."""
    x, positions = draw(2, 3, 8), torch.tensor([3, 40, 7])
    dtype_kept(lambda impl: impl.rope(x, positions))


@criterion("rope.inputs")
def test_inputs_of_positions_are_not_changed():
    """x, positions, q, the table and the offsets are the same after the calls as before."""
    x, positions, offsets = draw(2, 4, 6), torch.arange(3, 7), torch.arange(-9, 10)
    unchanged(lambda impl: impl.rope(x, positions))
    unchanged(lambda impl: impl.relative_scores(x, draw(5, 6), 2))
    unchanged(lambda impl: [impl.t5_bucket(offsets, both) for both in (True, False)])


@criterion("rope.inputs")
def test_strided_inputs_of_positions():
    """Inputs that are slices of larger tensors give the same result as packed ones."""
    x, positions, table = draw(2, 4, 6), torch.tensor([2, 3, 9, 1]), draw(5, 6)
    strided = observed(
        lambda impl: [
            impl.scaffold.with_strided_inputs(impl.rope, x, positions),
            impl.scaffold.with_strided_inputs(impl.relative_scores, x, table, 2),
        ],
        "float64",
    )
    plain = observed(lambda impl: [impl.rope(x, positions), impl.relative_scores(x, table, 2)], "float64")
    close(strided, plain, "That strided and packed inputs give the same result", rtol=1e-9)


# ── relative ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def shaw(q, table, clip):
    L = q.shape[-2]
    rows = [[max(-clip, min(j - i, clip)) + clip for j in range(L)] for i in range(L)]
    return torch.einsum("...id,ijd->...ij", q, table[torch.tensor(rows)])


@criterion("relative.shaw")
def test_shaw_with_and_without_clipping():
    """L = 7 with clip 2, L = 4 with clip 6, a single position, and clip 0; leading axes none, one and two."""
    cases = [((2, 3, 7, 5), 2), ((4, 5), 6), ((2, 1, 3), 1), ((2, 4, 3), 0)]
    drawn = [(draw(*shape), draw(2 * clip + 1, shape[-1]), clip) for shape, clip in cases]
    compare(
        lambda impl: [{"scores [...,L,L]": impl.relative_scores(*case)} for case in drawn],
        oracle=lambda _: [{"scores [...,L,L]": shaw(*case)} for case in drawn],
    )


@criterion("relative.shaw")
def test_gradients_of_shaw():
    """Gradients of q and of the table."""
    q, table, cotangent = draw(2, 5, 3), draw(5, 3), draw(2, 5, 5)

    def oracle(_):
        inputs = [x.clone().requires_grad_() for x in (q, table)]
        return list(torch.autograd.grad(shaw(*inputs, 2), inputs, cotangent))

    compare(lambda impl: list(vjp(impl.relative_scores, (q, table, 2), cotangent)["inputs"][:2]), oracle=oracle)


def bucket_by_hand(offset, bidirectional, buckets, most):
    """(bucket, whether rounding could decide it) of one offset."""
    start, n = 0, buckets
    if bidirectional:
        n, start = buckets // 2, buckets // 2 if offset > 0 else 0
    distance = abs(offset) if bidirectional else max(0, -offset)
    near = n // 2
    if distance < near:
        return start + distance, False
    share = math.log(distance / near) / math.log(most / near) * (n - near)
    edge = abs(share - round(share)) < 1e-4 and 0 < round(share) < n - near
    return start + min(n - 1, near + math.floor(share + 1e-9)), edge


def bucket_cases(bidirectional, buckets=32, most=128):
    """All offsets near 0, some far away; those at which rounding decides are left out."""
    offsets = [
        o for o in (*range(-140, 141), -500, -1000, 777) if not bucket_by_hand(o, bidirectional, buckets, most)[1]
    ]
    wanted = [bucket_by_hand(o, bidirectional, buckets, most)[0] for o in offsets]
    return torch.tensor(offsets), torch.tensor(wanted)


@criterion("relative.t5")
def test_buckets_of_the_encoder():
    """Bidirectional, 32 buckets up to 128: every offset of −140 … 140, and farther ones."""
    offsets, wanted = bucket_cases(True)
    compare(lambda impl: impl.t5_bucket(offsets, True), oracle=lambda _: wanted, dtypes=("float32",))


@criterion("relative.t5")
def test_buckets_of_the_decoder():
    """Not bidirectional: what lies ahead is in bucket 0."""
    offsets, wanted = bucket_cases(False)
    compare(lambda impl: impl.t5_bucket(offsets, False), oracle=lambda _: wanted, dtypes=("float32",))


@criterion("relative.t5")
def test_other_numbers_of_buckets():
    """buckets and max_distance are parameters; a matrix of offsets gives a matrix of buckets."""
    matrix = torch.arange(6) - torch.arange(5)[:, None]

    def observe(impl):
        return [
            *(
                impl.t5_bucket(bucket_cases(both, 12, 50)[0], both, buckets=12, max_distance=50)
                for both in (True, False)
            ),
            impl.t5_bucket(matrix, True),
        ]

    def oracle(_):
        of_matrix = [[bucket_by_hand(int(o), True, 32, 128)[0] for o in row] for row in matrix]
        return [*(bucket_cases(both, 12, 50)[1] for both in (True, False)), torch.tensor(of_matrix)]

    compare(observe, oracle=oracle, dtypes=("float32",))


@criterion("relative.alibi")
def test_slopes():
    """1, 2, 8 and 16 heads; 3, 6, 7 and 12, where every second slope of twice as many fills up."""

    def of_power(n):
        return [2 ** (-8 * (h + 1) / n) for h in range(n)]

    def by_hand(heads):
        power = max(n for n in (1, 2, 4, 8, 16) if n <= heads)
        return torch.tensor(of_power(power) + of_power(2 * power)[::2][: heads - power], dtype=torch.float64)

    numbers = (1, 2, 8, 16, 3, 6, 7, 12)

    def observe(impl):
        return [{"slopes [h]": impl.alibi_slopes(heads)} for heads in numbers]

    close(
        observed(observe),
        [by_hand(heads) for heads in numbers],
        "That the slopes are 2^(−8/h), 2^(−16/h), …",
        rtol=1e-5,
        explain=observe,
    )
