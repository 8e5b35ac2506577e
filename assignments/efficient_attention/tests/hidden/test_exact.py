"""Exact attention: full, in tiles, from a cache, and with fewer keys."""

import math

import torch

from autograder.checks import (
    compare,
    criterion,
    draw,
    draw_size,
    finite_under,
    observed,
    require,
    vjp,
)

OUT = "out [B,H,L,dv]"
NAMES = ("q [B,H,L,d]", "k [B,H,M,d]", "v [B,H,M,dv]", "E [r,M]", "F [r,M]")
"""With the names of their axes."""


def exact(q, k, v, causal=False):
    """out and lse of full attention, written as its definition; rows that see nothing give 0 and −inf."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    L, M = scores.shape[-2:]
    if causal:
        seen = torch.arange(M) <= torch.arange(L)[:, None] + M - L
        scores = scores.masked_fill(~seen, -math.inf)
    return scores.softmax(-1).nan_to_num() @ v, scores.logsumexp(-1)


def with_gradients(function, inputs, cotangent):
    """What `parts` makes of a vjp, from a function in the parent."""
    tensors = [x.clone().requires_grad_() for x in inputs]
    out = function(*tensors)
    return named(out.detach(), torch.autograd.grad(out, tensors, cotangent))


def named(out, gradients, names=NAMES):
    return {OUT: out} | {f"gradient of {name}": g for name, g in zip(names, gradients, strict=False)}


def parts(result):
    """A vjp's result as a dict; the output of flash is the first of two."""
    outputs = result["outputs"]
    out = outputs[0] if isinstance(outputs, tuple | list) else outputs
    return named(out.detach(), result["inputs"])


def qkv(L, M, d=5, dv=3, scale=1.0):
    return draw(2, 3, L, d, scale=scale), draw(2, 3, M, d), draw(2, 3, M, dv)


@criterion("full.values")
def test_values_and_gradients_of_full_attention():
    """Output and gradients of q, k and v for L ≠ M and dv ≠ d, and for a single position."""
    L, M = draw_size(4, 7), 11
    inputs, cotangent = qkv(L, M), draw(2, 3, L, 3)
    compare(
        lambda impl: parts(vjp(impl.full, inputs, cotangent)),
        oracle=lambda _: with_gradients(lambda *x: exact(*x)[0], inputs, cotangent),
    )
    one = qkv(1, 1)
    compare(lambda impl: {OUT: impl.full(*one)}, oracle=lambda _: {OUT: one[2]})


@criterion("full.causal")
def test_causal_is_aligned_at_the_bottom_right():
    """Causal attention for L = M, for fewer queries than keys, and for more, where the first rows give zeros."""
    for L, M in ((6, 6), (2, 7), (7, 3)):
        inputs, cotangent = qkv(L, M), draw(2, 3, L, 3)

        def oracle(_, i=inputs, c=cotangent, L=L, M=M):
            late = max(L - M, 0)  # the rows that see something: the others have neither values nor gradients
            seen = with_gradients(lambda q, k, v: exact(q[:, :, late:], k, v, True)[0], i, c[:, :, late:])
            seen[OUT] = torch.cat([torch.zeros(2, 3, late, 3, dtype=torch.float64), seen[OUT]], dim=2)
            return seen

        compare(lambda impl, i=inputs, c=cotangent: parts(vjp(impl.full, i, c, causal=True)), oracle=oracle)


@criterion("full.stable")
def test_large_scores_in_full():
    """Scores of ±10⁴ give finite outputs and gradients."""
    inputs, cotangent = qkv(5, 7, scale=1e4), draw(2, 3, 5, 3)
    finite_under(lambda impl: parts(vjp(impl.full, inputs, cotangent)))


@criterion("flash.values")
def test_tiles_of_any_size():
    """out and lse of flash are exact for blocks that do not divide L and M, and for larger ones."""
    L, M = draw_size(9, 13), 17
    for block_q, block_k in ((4, 5), (1, 1), (64, 3), (3, 64)):
        q, k, v = qkv(L, M)
        compare(
            lambda impl, x=(q, k, v), b=(block_q, block_k): both(impl.flash(*x, block_q=b[0], block_k=b[1])),
            oracle=lambda _, x=(q, k, v): both(exact(*x)),
        )


@criterion("flash.values")
def test_causal_tiles():
    """Causal flash is exact for L = M, L < M, and blocks that the diagonal cuts."""
    for L, M, block_q, block_k in ((11, 11, 4, 3), (5, 13, 2, 4), (8, 8, 64, 64), (9, 9, 3, 9)):
        q, k, v = qkv(L, M)
        compare(
            lambda impl, x=(q, k, v), b=(block_q, block_k): both(
                impl.flash(*x, causal=True, block_q=b[0], block_k=b[1])
            ),
            oracle=lambda _, x=(q, k, v): both(exact(*x, causal=True)),
        )


@criterion("flash.values")
def test_rows_that_see_nothing():
    """Causal with more queries than keys: the first rows have out 0 and lse −∞."""
    q, k, v = qkv(8, 3)
    out, lse = observed(lambda impl: impl.flash(q, k, v, causal=True, block_q=2, block_k=2), "float64")
    require(bool((out[:, :, :5] == 0).all()), "A row with nothing to attend to must give out = 0.")
    require(bool((lse[:, :, :5] == -math.inf).all()), "A row with nothing to attend to must have lse = −∞.")
    require(bool(torch.isfinite(lse[:, :, 5:]).all()), "lse must be finite in a row that sees a key.")


def both(result):
    out, lse = result
    return {OUT: out, "lse [B,H,L]": lse}


@criterion("flash.gradients")
def test_gradients_of_flash():
    """Gradients of q, k and v for a random cotangent of out, causal and not, for several block sizes."""
    for L, M, block_q, block_k, causal in ((7, 11, 3, 4, False), (9, 9, 4, 2, True), (4, 9, 3, 5, True)):
        inputs, cotangent = qkv(L, M), draw(2, 3, L, 3)
        options = {"causal": causal, "block_q": block_q, "block_k": block_k}
        compare(
            lambda impl, i=inputs, c=cotangent, o=options: parts(vjp(impl.flash, i, (c, None), **o)),
            oracle=lambda _, i=inputs, c=cotangent, o=options: with_gradients(
                lambda *x: exact(*x, causal=o["causal"])[0], i, c
            ),
        )


@criterion("flash.gradients")
def test_empty_rows_have_no_gradient():
    """Causal with more queries than keys: gradients are finite, and those of rows that see nothing are 0."""
    inputs, cotangent = qkv(8, 3), draw(2, 3, 8, 3)  # a tile of two rows, of which one sees nothing, is among them

    def observe(impl):
        return parts(vjp(impl.flash, inputs, (cotangent, None), causal=True, block_q=2, block_k=2))

    seen = observed(observe, "float64")
    for name in ("q", "k", "v"):
        finite = all(bool(g.isfinite().all()) for label, g in seen.items() if label.startswith(f"gradient of {name}"))
        require(finite, f"The gradient of {name} is not finite when some rows see nothing.", explain=observe)
    empty = seen[f"gradient of {NAMES[0]}"][:, :, :5]
    require(bool((empty == 0).all()), "The gradient of q must be 0 in a row that sees nothing.", explain=observe)


@criterion("flash.stable")
def test_large_scores_in_tiles():
    """Scores of ±10⁴, rising and falling from tile to tile: out, lse and gradients are finite and right."""
    for order in (1, -1):
        q, k, v = torch.ones(1, 1, 3, 4).double(), draw(1, 1, 8, 4), draw(1, 1, 8, 3)
        steps = torch.arange(8.0, dtype=torch.float64)[:, None]
        k = k + order * 2500 * steps
        cotangent = draw(1, 1, 3, 3)

        def observe(impl, x=(q, k, v), c=cotangent):
            result = vjp(impl.flash, x, (c, None), block_q=2, block_k=2)
            return parts(result) | {"lse [B,H,L]": result["outputs"][1]}

        finite_under(observe)
        compare(lambda impl, x=(q, k, v): both(impl.flash(*x, block_q=2, block_k=2)), dtypes=("float64", "float32"))


@criterion("flash.kept")
def test_what_is_kept_for_the_backward():
    """What autograd keeps for N = 256, d = 4 is a few times q, k, v, out and lse."""
    N = 256
    q, k, v = draw(1, 1, N, 4), draw(1, 1, N, 4), draw(1, 1, N, 4)
    kept = observed(lambda impl: impl.scaffold.kept_bytes(impl.flash, q, k, v, block_q=32, block_k=32))
    require(
        kept <= 4 * N * 17 * 4,
        f"For N = {N} and d = 4 more than {4 * 17} numbers a position are kept between forward and backward.",
    )


@criterion("cache.values")
def test_step_by_step_is_the_whole():
    """1 + 1 + 3 + 2 positions through a cache give causal attention on all seven; two caches do not mix."""
    q, k, v = qkv(7, 7)
    other = qkv(2, 2)

    def observe(impl):
        cache, second = impl.KVCache(), impl.KVCache()
        second.attend(*other)
        pieces = zip(*(x.split([1, 1, 3, 2], dim=2) for x in (q, k, v)), strict=True)
        return {OUT: torch.cat([cache.attend(*piece) for piece in pieces], dim=2)}

    compare(observe, oracle=lambda _: {OUT: exact(q, k, v, causal=True)[0]})


@criterion("cache.values")
def test_many_single_steps():
    """Nine single steps, with one head and one sequence."""
    q, k, v = draw(1, 1, 9, 2), draw(1, 1, 9, 2), draw(1, 1, 9, 4)

    def observe(impl):
        cache = impl.KVCache()
        return {OUT: torch.cat([cache.attend(*(x[:, :, t : t + 1] for x in (q, k, v))) for t in range(9)], dim=2)}

    compare(observe, oracle=lambda _: {OUT: exact(q, k, v, causal=True)[0]})


@criterion("linformer.values")
def test_mixtures_of_positions():
    """softmax(q (E k)ᵀ/√d) (F v), with gradients of q, k, v, E and F."""
    N, r = draw_size(7, 12), 4
    q, k, v = qkv(N, N)
    E, F, cotangent = draw(r, N), draw(r, N), draw(2, 3, N, 3)
    compare(
        lambda impl: {OUT: impl.linformer(q, k, v, E=E, F=F)},
        oracle=lambda _: {OUT: exact(q, E @ k, F @ v)[0]},
    )
    compare(
        lambda impl: parts(vjp(impl.linformer, (q, k, v), cotangent, E=E, F=F)),
        oracle=lambda _: with_gradients(lambda q, k, v: exact(q, E @ k, F @ v)[0], (q, k, v), cotangent),
    )


@criterion("linformer.values")
def test_identity_gives_full_attention():
    """E = F = I gives full attention; N = 1 and r > N work."""
    q, k, v = qkv(6, 6)
    eye = torch.eye(6, dtype=torch.float64)
    compare(lambda impl: {OUT: impl.linformer(q, k, v, E=eye, F=eye)}, oracle=lambda _: {OUT: exact(q, k, v)[0]})
    one, E, F = qkv(1, 1), draw(3, 1), draw(3, 1)
    compare(
        lambda impl: {OUT: impl.linformer(*one, E=E, F=F)},
        oracle=lambda _: {OUT: exact(one[0], E @ one[1], F @ one[2])[0]},
    )


@criterion("linformer.values")
def test_causal_is_refused():
    """causal=True raises ValueError."""
    q, k, v = qkv(4, 4)
    E = draw(2, 4)
    said = observed(lambda impl: impl.scaffold.raised(impl.linformer, q, k, v, E=E, F=E, causal=True))
    require(said == "ValueError", "linformer(…, causal=True) must raise a ValueError: its keys mix all positions.")
