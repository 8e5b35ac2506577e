"""Kernels in place of the softmax: linear attention and the Performer."""

import math

import torch

from autograder.checks import (
    close,
    compare,
    criterion,
    draw,
    draw_seed,
    draw_size,
    dtype_kept,
    finite_under,
    generator,
    no_global_chance,
    observed,
    repeatable,
    require,
    show_error,
    vjp,
)

OUT = "out [B,H,N,dv]"
NAMES = ("q [B,H,N,d]", "k [B,H,N,d]", "v [B,H,N,dv]")


def quadratic(fq, fk, v, causal):
    """Kernel attention by all N² products."""
    weights = fq @ fk.transpose(-2, -1)
    if causal:
        weights = weights.tril()
    return weights @ v / weights.sum(-1, keepdim=True)


def elu_plus_one(x):
    return torch.where(x > 0, x + 1, torch.exp(x.clamp(max=0)))


def squares(x):
    return x * x + 0.5


def exponential(x):
    return torch.cat([torch.exp(x), torch.exp(-x)], dim=-1)


def qkv(N, d=4, dv=3):
    return draw(2, 2, N, d), draw(2, 2, N, d), draw(2, 2, N, dv)


def parts(result):
    return {OUT: result["outputs"].detach()} | {
        f"gradient of {n}": g for n, g in zip(NAMES, result["inputs"], strict=True)
    }


def expected(inputs, cotangent, feature, causal):
    tensors = [x.clone().requires_grad_() for x in inputs]
    q, k, v = tensors
    out = quadratic(feature(q), feature(k), v, causal)
    gradients = torch.autograd.grad(out, tensors, cotangent)
    return {OUT: out.detach()} | {f"gradient of {n}": g for n, g in zip(NAMES, gradients, strict=True)}


@criterion("linear.values")
def test_kernel_attention():
    """Values and gradients with φ = elu + 1 are those of the quadratic formula."""
    N = draw_size(9, 14)
    inputs, cotangent, one = qkv(N), draw(2, 2, N, 3), qkv(1)
    compare(
        lambda impl: parts(vjp(impl.linear, inputs, cotangent)),
        oracle=lambda _: expected(inputs, cotangent, elu_plus_one, False),
    )
    compare(lambda impl: {OUT: impl.linear(*one)}, oracle=lambda _: {OUT: one[2]})


@criterion("linear.values")
def test_other_features():
    """Any callable serves as the feature map, also one that changes the width."""
    q, k, v = qkv(9)
    for name, feature in (("squares", squares), ("exponential", exponential)):
        compare(
            lambda impl, n=name: {OUT: impl.linear(q, k, v, feature=getattr(impl.scaffold, n))},
            oracle=lambda _, f=feature: {OUT: quadratic(f(q), f(k), v, False)},
        )


@criterion("linear.values")
def test_elu_plus_one():
    """elu(x) + 1 is x + 1 above zero, e^x below, and positive."""
    x = draw(5, 7, scale=3.0)
    compare(lambda impl: {"φ": impl.elu_plus_one(x)}, oracle=lambda _: {"φ": elu_plus_one(x)})


@criterion("linear.causal")
def test_chunks_are_the_whole():
    """Causal values and gradients do not depend on the chunk, and are those of the quadratic formula."""
    N = draw_size(9, 14)
    inputs, cotangent = qkv(N), draw(2, 2, N, 3)
    for chunk in (1, 4, 64):
        compare(
            lambda impl, c=chunk: parts(vjp(impl.linear, inputs, cotangent, causal=True, chunk=c)),
            oracle=lambda _: expected(inputs, cotangent, elu_plus_one, True),
        )


@criterion("linear.causal")
def test_longer_than_the_default_chunk():
    """N = 70 … 140 with the default chunk, and N = 1."""
    for N in (draw_size(70, 140), 1):
        q, k, v = qkv(N)
        compare(
            lambda impl, x=(q, k, v): {OUT: impl.linear(*x, causal=True)},
            oracle=lambda _, x=(q, k, v): {OUT: quadratic(elu_plus_one(x[0]), elu_plus_one(x[1]), x[2], True)},
        )


@criterion("linear.dtype")
def test_dtype_of_linear():
    """The dtype is kept."""
    q, k, v = qkv(8)
    dtype_kept(lambda impl: (impl.linear(q, k, v), impl.linear(q, k, v, causal=True)))


@criterion("linear.dtype")
def test_half_types_are_computed_in_float32():
    """700 bfloat16 positions give the exact result, rounded to bfloat16 once, causal and not."""
    q, k, v = (x.bfloat16().double() for x in (draw(1, 1, 700, 4), draw(1, 1, 700, 4), 1 + draw(1, 1, 700, 3)))
    for causal in (False, True):

        def observe(impl, c=causal):
            return impl.linear(q, k, v, causal=c)

        want = quadratic(elu_plus_one(q), elu_plus_one(k), v, causal)
        off = (observed(observe, "bfloat16").double() - want).abs() - 1.5 * 2**-8 * want.abs()
        require(  # one rounding is 2⁻⁸ of the value; what is computed in bfloat16 errs by 2 to 4 of them
            bool((off <= 1e-4 * want.abs().max()).all()),
            "bfloat16 inputs: the result is not the exact one rounded once. Is every step computed in float32?",
        )


@criterion("performer.features")
def test_the_formula_of_the_features():
    """φ(x) = exp(ω·x′ − |x′|²/2)/√m with x′ = x d^(−1/4), for given ω, with the gradient of x."""
    d, m = 5, 7
    x, omega, cotangent = draw(2, 3, 4, d), draw(m, d), draw(2, 3, 4, m)

    def formula(x):
        scaled = x * d**-0.25
        return torch.exp(scaled @ omega.T - (scaled * scaled).sum(-1, keepdim=True) / 2) / math.sqrt(m)

    def oracle(_):
        leaf = x.clone().requires_grad_()
        value = formula(leaf)
        (gradient,) = torch.autograd.grad(value, leaf, cotangent)
        return {"φ": value.detach(), "gradient of x": gradient}

    def observe(impl):
        seen = vjp(impl.favor_features, (x, omega), cotangent)
        return {"φ": seen["outputs"].detach(), "gradient of x": seen["inputs"][0]}

    compare(observe, oracle=oracle)


@criterion("performer.features")
def test_rows_are_orthogonal_and_as_long_as_normal_ones():
    """Rows of each block of d are orthogonal; their lengths are those of normal vectors, each its own."""
    d, m, times = 6, 15, 30
    seeds = [draw_seed() for _ in range(times)]

    def observe(impl):
        return torch.stack([impl.orthogonal_features(m, d, generator(s)).double() for s in seeds])

    omegas = observed(observe).double()
    for first in range(0, m, d):
        block = omegas[:, first : first + d]
        products = block @ block.transpose(-2, -1)
        off = products - torch.diag_embed(products.diagonal(dim1=-2, dim2=-1))
        require(bool(off.abs().max() < 1e-3 * d), "Rows of a block of d are not orthogonal.", explain=observe)
    squared = omegas.square().sum(-1)
    n = squared.numel()
    require(
        abs(float(squared.mean()) - d) < 6 * math.sqrt(2 * d / n),
        "The mean squared length of a row is not d, that of a normal vector.",
        explain=observe,
    )
    require(
        d < float(squared.var()) < 4 * d,
        "The rows do not vary in length as normal vectors do (variance 2d of the squared length).",
        explain=observe,
    )


@criterion("performer.features")
def test_unbiased_for_keys_of_any_length():
    """Over many ω, the mean of φ(q)·φ(k) is exp(q·k/√d), for keys of several lengths."""
    d, m, times = 4, 160, 16
    q = torch.nn.functional.normalize(draw(1, 1, 3, d), dim=-1)
    k = (
        torch.nn.functional.normalize(draw(1, 1, 5, d), dim=-1)
        * torch.tensor([0.3, 0.6, 1.0, 1.4, 1.8])[:, None].double()
    )
    seeds = [draw_seed() for _ in range(times)]

    def observe(impl):
        products = []
        for seed in seeds:
            omega = impl.orthogonal_features(m, d, generator(seed))
            products.append(impl.favor_features(q, omega) @ impl.favor_features(k, omega).transpose(-2, -1))
        return torch.stack(products)

    products = observed(observe, "float64")
    truth = torch.exp(q @ k.transpose(-2, -1) / math.sqrt(d))
    # Of one ω: E[f²] = exp(2|q'+k'|² − |q'|² − |k'|²)·… ; independent features have the larger variance.
    sums = (q.unsqueeze(-2) + k.unsqueeze(-3)).square().sum(-1) / math.sqrt(d)
    spread = truth * torch.sqrt((torch.exp(sums) - 1) / (m * times))
    require(
        bool(((products.mean(0) - truth).abs() <= 7 * spread).all()),
        "Over many seeds the mean of φ(q)·φ(k) is not exp(q·k/√d).",
        explain=observe,
    )


def own_features(impl, q, k, m, seed):
    omega = impl.orthogonal_features(m, q.shape[-1], generator(seed))
    return impl.favor_features(q, omega), impl.favor_features(k, omega)


@criterion("performer.values")
def test_kernel_attention_with_its_own_features():
    """The output is the quadratic formula with the features of one ω, keys of varying length, causal and not."""
    N, m, seed = draw_size(9, 13), 24, draw_seed()
    q, k, v = qkv(N)
    k = k * torch.linspace(0.2, 1.5, N, dtype=torch.float64)[:, None]
    for causal in (False, True):

        def observe(impl, c=causal):
            features = own_features(impl, q, k, m, seed)
            return [impl.performer(q, k, v, features=m, generator=generator(seed), causal=c), *features]

        for dtype, rtol in (("float64", 1e-7), ("float32", 1e-4)):
            out, fq, fk = observed(observe, dtype)
            close(
                out,
                quadratic(fq.double(), fk.double(), v, causal),
                "That performer is kernel attention with your favor_features and your orthogonal_features",
                rtol,
                explain=observe,
            )


@criterion("performer.values")
def test_gradients_of_performer():
    """Gradients of q, k and v agree with central differences along a random direction."""
    N, m, seed = 6, 12, draw_seed()
    inputs, cotangent, size = qkv(N), draw(2, 2, N, 3), 1e-5
    directions = [draw(*x.shape) for x in inputs]

    def observe(impl):
        call = {"features": m, "generator": generator(seed)}
        seen = vjp(impl.performer, inputs, cotangent, **call)
        moved = []
        for index, direction in enumerate(directions):
            for sign in (1, -1):
                shifted = [x + sign * size * direction if i == index else x for i, x in enumerate(inputs)]
                moved.append(impl.performer(*shifted, features=m, generator=generator(seed)))
        return {"gradients": [g if g is not None else None for g in seen["inputs"]], "moved": moved}

    seen = observed(observe, "float64")
    for index, name in enumerate(("q", "k", "v")):
        plus, minus = seen["moved"][2 * index : 2 * index + 2]
        numeric = float(((plus - minus) * cotangent).sum() / (2 * size))
        analytic = float((seen["gradients"][index] * directions[index]).sum())
        scale = float(seen["gradients"][index].norm() * directions[index].norm())
        require(
            abs(numeric - analytic) <= 1e-5 * max(scale, abs(numeric)),
            f"The gradient of {name} is not that of performer's output.",
            explain=observe,
        )


@criterion("performer.values")
def test_close_to_full_attention():
    """With 2048 features and short rows the output is that of full attention, on average over 16 heads."""
    direction = torch.nn.functional.normalize(draw(4, 4, 1, 4), dim=-1)
    along = torch.linspace(-0.4, 1, 16, dtype=torch.float64)[:, None]  # keys of many norms on a ray, and their values
    q, k, v = direction.expand(4, 4, 16, 4), 1.5 * direction * along, along.expand(4, 4, 16, 1)
    seed = draw_seed()

    def observe(impl):
        return impl.performer(q, k, v, features=2048, generator=generator(seed))

    full = (q @ k.transpose(-2, -1) / 2).softmax(-1) @ v
    show_error(
        lambda impl, m: impl.performer(q, k, v, features=m, generator=generator(seed)),
        full,
        (8, 32, 128, 512, 2048),
        over="features",
    )
    error = (observed(observe, "float64") - full).mean((0, 1)).abs().max()
    # Over 200 seeds right code errs by 0.003 in the middle and 0.020 at most; a wrong kernel by 0.06 at least.
    require(
        bool(error < 0.045),
        "With 2048 features the output is not near full attention, on average over 16 heads.",
        explain=observe,
    )


@criterion("performer.values")
def test_chance_of_performer():
    """The same seed gives the same; the global generator is neither used nor moved."""
    q, k, v = qkv(6)
    seed = draw_seed()
    repeatable(lambda impl: impl.performer(q, k, v, features=8, generator=generator(seed)))
    no_global_chance(lambda impl: impl.performer(q, k, v, features=8, generator=generator(seed)))


@criterion("performer.stable")
def test_long_rows():
    """Queries and keys of norm up to 50 give finite values and gradients in float32."""
    q, k, v = draw(1, 2, 12, 8), draw(1, 2, 12, 8), draw(1, 2, 12, 3)
    q, k = (50 * torch.nn.functional.normalize(x, dim=-1) for x in (q, k))
    short = k * torch.linspace(0.05, 1, 12, dtype=torch.float64)[:, None]
    cotangent, seed = draw(1, 2, 12, 3), draw_seed()
    for keys in (k, short):
        finite_under(
            lambda impl, x=(q, keys, v): parts(
                vjp(impl.performer, x, cotangent, features=16, generator=generator(seed))
            )
        )
