"""Patterns that are fixed or drawn: the pattern itself, attention under it, chance, and what it costs."""

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
    generator,
    no_global_chance,
    observed,
    poison,
    repeatable,
    require,
    show_pattern,
    unchanged,
    vjp,
)

SHOWN = 16
"""Positions of a pattern that is drawn: few enough to read."""
OUT = "out [B,H,N,dv]"
NAMES = ("q [B,H,N,d]", "k [B,H,N,d]", "v [B,H,N,dv]")


def restricted(q, k, v, pattern):
    """Full attention restricted to a pattern, written as its definition."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    return scores.masked_fill(~pattern, -math.inf).softmax(-1) @ v


def expected(inputs, cotangent, pattern):
    """out, and the gradients of q, k and v, of restricted attention."""
    tensors = [x.clone().requires_grad_() for x in inputs]
    out = restricted(*tensors, pattern)
    gradients = torch.autograd.grad(out, tensors, cotangent)
    return {OUT: out.detach()} | {f"gradient of {n}": g for n, g in zip(NAMES, gradients, strict=True)}


def parts(result):
    return {OUT: result["outputs"].detach()} | {
        f"gradient of {n}": g for n, g in zip(NAMES, result["inputs"], strict=True)
    }


def qkv(N, d=4, dv=3, B=2, H=2):
    return draw(B, H, N, d), draw(B, H, N, d), draw(B, H, N, dv)


def follows(name, inputs, pattern, **options):
    """Values and gradients of impl.<name> are those of full attention restricted to `pattern`.

    Where every row sees one key alone, q and k have no influence: their gradients are rounding, and not compared.
    """
    cotangent = draw(*inputs[2].shape)
    kept = (
        (OUT, f"gradient of {NAMES[2]}")
        if int(pattern.sum(-1).max()) == 1
        else (*expected(inputs, cotangent, pattern),)
    )

    def observe(impl):
        seen = parts(vjp(getattr(impl, name), inputs, cotangent, **options))
        return {key: seen[key] for key in kept}

    def oracle(_):
        right = expected(inputs, cotangent, pattern)
        return {key: right[key] for key in kept}

    compare(observe, oracle=oracle)


def places(N):
    return torch.arange(N)[:, None], torch.arange(N)


def window_pattern(N, window, causal):
    i, j = places(N)
    return ((i - j).abs() <= window) & ((j <= i) | (not causal))


# ── a window ────────────────────────────────────────────────────────────────────────────────────────────────────────


@criterion("local.values")
def test_a_window():
    """Values and gradients for windows and lengths that do not fit each other, causal and not."""
    odd = draw_size(17, 23)
    for N, window, causal in ((odd, 3, False), (odd, 3, True), (40, 16, False), (37, 17, False), (37, 17, True)):
        follows("local", qkv(N), window_pattern(N, window, causal), window=window, causal=causal)


@criterion("local.values")
def test_smallest_and_largest_windows():
    """Window 0 gives v; a window of N and more gives full attention; N = 1 works."""
    for N, window, causal in ((5, 0, False), (7, 7, True), (3, 50, False), (3, 50, True), (1, 0, True), (1, 4, False)):
        follows("local", qkv(N), window_pattern(N, window, causal), window=window, causal=causal)


@criterion("local.values")
def test_what_lies_outside_the_window_does_not_matter():
    """Moving keys and values outside the window of a position by 10⁹ leaves its output as it is."""
    (q, k, v), at = qkv(21), 10
    q = q.abs()  # so that what is added to a key raises its score, in every head
    outside = (slice(None), slice(None), [0, 1, 6, 14, 20])
    for x, call in (
        (k, lambda impl, k: impl.local(q, k, v, window=3)),
        (v, lambda impl, v: impl.local(q, k, v, window=3)),
    ):
        poison(call, x, outside, lambda out: out[:, :, at], "What lies outside the window does not matter")


@criterion("local.pattern")
def test_the_pattern_of_a_window():
    """local.pattern is True where |i − j| ≤ window, and j ≤ i if causal."""
    for causal in (False, True):
        show_pattern(
            f"local, window 3{', causal' if causal else ''}",
            lambda impl, c=causal: impl.local.pattern(SHOWN, window=3, causal=c),
            window_pattern(SHOWN, 3, causal),
        )
    for N, window, causal in ((9, 2, False), (9, 2, True), (5, 0, False), (4, 9, True), (1, 1, False)):
        compare(
            lambda impl, N=N, w=window, c=causal: {"pattern [i,j]": impl.local.pattern(N, window=w, causal=c)},
            oracle=lambda _, N=N, w=window, c=causal: {"pattern [i,j]": window_pattern(N, w, c)},
        )


@criterion("local.dtype")
def test_dtype_of_a_window():
    """float32, float64 and bfloat16 give a result of the same dtype."""
    q, k, v = qkv(20)
    dtype_kept(lambda impl: impl.local(q, k, v, window=3))


@criterion("local.dtype")
def test_large_scores_in_half_types():
    """bfloat16 queries and keys with scores near 16: the result is the exact one, rounded to bfloat16."""
    N, d = 24, 16
    middle = 8 * torch.nn.functional.normalize(draw(1, 1, 1, d), dim=-1)
    q, k = middle + 0.3 * draw(1, 2, N, d), middle + 0.3 * draw(1, 2, N, d)
    q, k, v = (x.bfloat16().double() for x in (q, k, draw(1, 2, N, 3)))
    close(  # one rounding is 2⁻⁸ of a value; scores in bfloat16 make errors ten times as large
        observed(lambda impl: impl.local(q, k, v, window=3), "bfloat16"),
        restricted(q, k, v, window_pattern(N, 3, False)),
        "That bfloat16 inputs are computed in float32 and rounded once",
        rtol=2**-7,
    )


@criterion("local.inputs")
def test_inputs_of_a_window_stay():
    """q, k and v are the same after the call, and may be strided."""
    q, k, v = qkv(20)
    unchanged(lambda impl: impl.local(q, k, v, window=3))
    turned = [x.transpose(1, 2).contiguous().transpose(1, 2) for x in (q, k, v)]
    turned = [torch.cat([x, x], dim=-1)[..., ::2] for x in turned]
    packed = [x.contiguous() for x in turned]
    close(
        observed(lambda impl: impl.local(*turned, window=3)),
        observed(lambda impl: impl.local(*packed, window=3)),
        "That strided and packed inputs give the same result",
        rtol=1e-5,
    )


# ── a comb ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def comb_pattern(N, stride, causal):
    i, j = places(N)
    return ((i - j) % stride == 0) & ((j <= i) | (not causal))


@criterion("strided.values")
def test_a_comb():
    """Values and gradients for strides that divide N and that do not, causal and not."""
    odd = draw_size(11, 17)
    for N, stride, causal in (
        (odd, 4, False),
        (odd, 4, True),
        (12, 3, True),
        (5, 1, False),
        (3, 7, True),
        (1, 1, False),
        (1, 3, True),
    ):
        follows("strided", qkv(N), comb_pattern(N, stride, causal), stride=stride, causal=causal)


@criterion("strided.values")
def test_the_pattern_of_a_comb():
    """strided.pattern is True where i ≡ j (mod stride), and j ≤ i if causal."""
    show_pattern(
        "strided, stride 4", lambda impl: impl.strided.pattern(SHOWN, stride=4, causal=False), comb_pattern(SHOWN, 4, False)
    )
    for N, stride, causal in ((9, 3, False), (10, 4, True), (2, 5, False)):
        compare(
            lambda impl, N=N, s=stride, c=causal: {"pattern [i,j]": impl.strided.pattern(N, stride=s, causal=c)},
            oracle=lambda _, N=N, s=stride, c=causal: {"pattern [i,j]": comb_pattern(N, s, c)},
        )


# ── chance ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def own_pattern(impl, name, N, seed, options):
    """The pattern that the implementation itself says it uses."""
    return getattr(impl, name).pattern(N, generator=generator(seed), **options)


def follows_its_own(name, inputs, **options):
    """Values and gradients are those of full attention restricted to the pattern that the function returns."""
    N, seed, cotangent = inputs[0].shape[2], draw_seed(), draw(*inputs[2].shape)

    def observe(impl):
        seen = parts(vjp(getattr(impl, name), inputs, cotangent, generator=generator(seed), **options))
        return {"seen": seen, "pattern": own_pattern(impl, name, N, seed, options)}

    for dtype, rtol in (("float64", 1e-9), ("float32", 2e-5)):
        seen = observed(observe, dtype)
        pattern = seen["pattern"].bool()
        require(bool(pattern.any(-1).all()), "A row of your pattern has no True: every position sees itself.")
        want = expected([x.to(seen["seen"][OUT].dtype).double() for x in inputs], cotangent, pattern)
        for key, array in want.items():
            off = (seen["seen"][key].double() - array).abs().max()
            require(
                bool(off <= rtol * array.abs().max().clamp(min=1)),
                f"{name}: {key} is not that of full attention restricted to your own pattern (same seed).",
                explain=observe,
            )


@criterion("random.values")
def test_random_keys():
    """Values and gradients follow the pattern of an equally seeded generator, causal and not."""
    odd = draw_size(11, 17)
    for N, keys, causal in ((odd, 4, False), (odd, 4, True), (6, 9, False), (1, 2, True), (5, 1, True)):
        follows_its_own("random_sparse", qkv(N), keys=keys, causal=causal)


@criterion("random.pattern")
def test_number_of_random_keys():
    """Every row has min(keys, N) keys, causal min(keys, i + 1) up to i, and one of them is itself."""
    shown_seed = draw_seed()
    show_pattern(
        "random_sparse, 4 keys", lambda impl: own_pattern(impl, "random_sparse", SHOWN, shown_seed, {"keys": 4})
    )
    for N, keys in ((draw_size(12, 18), 5), (4, 7), (6, 1)):
        for causal in (False, True):
            seed = draw_seed()

            def observe(impl, N=N, s=seed, o=None, keys=keys, causal=causal):
                return own_pattern(impl, "random_sparse", N, s, {"keys": keys, "causal": causal})

            pattern = observed(observe).bool()
            wanted = torch.arange(1, N + 1).clamp(max=keys) if causal else torch.full((N,), min(keys, N))
            require(bool(pattern.diagonal().all()), "Every position attends to itself.", explain=observe)
            require(
                torch.equal(pattern.sum(-1), wanted),
                "The number of keys in some row is not min(keys, N), or min(keys, i + 1) if causal.",
                explain=observe,
            )
            require(not causal or not bool(pattern.triu(1).any()), "A causal row looks ahead.", explain=observe)


@criterion("random.pattern")
def test_random_keys_are_uniform():
    """Over 40 seeds each of the other positions is drawn about equally often, and rows differ from each other."""
    N, keys, times = 8, 3, 40
    seeds = [draw_seed() for _ in range(times)]

    def observe(impl):
        return torch.stack([own_pattern(impl, "random_sparse", N, s, {"keys": keys}) for s in seeds]).double()

    share = observed(observe).double().mean(0)
    others = share[~torch.eye(N, dtype=torch.bool)]
    p = (keys - 1) / (N - 1)
    spread = math.sqrt(p * (1 - p) / times)
    require(
        bool(((others - p).abs() <= 5.5 * spread).all()),
        "Over many seeds some positions are drawn much more often than others, or never.",
        explain=observe,
    )

    def one_pattern(impl):
        return own_pattern(impl, "random_sparse", 24, seeds[0], {"keys": 4})

    one = observed(one_pattern).bool()
    offsets = {tuple(sorted(((row.nonzero()[:, 0] - i) % 24).tolist())) for i, row in enumerate(one)}
    require(
        len(offsets) > 12,
        "All rows draw the same keys, or the same distances: each row draws for itself.",
        explain=one_pattern,
    )


@criterion("random.chance")
def test_only_the_generator_decides():
    """The same seed gives the same, another seed another pattern; the global generator is left alone."""
    q, k, v = qkv(20)
    seed = draw_seed()
    repeatable(lambda impl: impl.random_sparse(q, k, v, keys=4, generator=generator(seed)))
    no_global_chance(lambda impl: impl.random_sparse(q, k, v, keys=4, generator=generator(seed)))

    def two(impl):
        return [own_pattern(impl, "random_sparse", 20, s, {"keys": 4}) for s in (seed, seed + 1)]

    one, other = observed(two)
    require(not torch.equal(one, other), "Generators with different seeds give the same pattern.", explain=two)


# ── a window, and a few that see everything ─────────────────────────────────────────────────────────────────────────


def longformer_pattern(N, window, global_positions, dilation, causal):
    i, j = places(N)
    pattern = ((i - j).abs() <= window * dilation) & ((i - j) % dilation == 0)
    for g in global_positions:
        pattern[g] = True
        pattern[:, g] = True
    return pattern & ((j <= i) | (not causal))


LONGFORMERS = (
    (17, 2, [0, 5], 1),
    (19, 2, [3], 2),
    (13, 1, [12, 4, 5], 3),
    (6, 9, [2], 1),
    (9, 0, [8], 1),
    (7, 1, [], 2),
    (1, 1, [0], 2),
)


@criterion("longformer.values")
def test_window_and_global_positions():
    """Values and gradients, with global keys inside the window, dilation, no global position, N = 1."""
    for number, (N, window, everyone, dilation) in enumerate(LONGFORMERS):
        for causal in (False, True) if number < 2 else (number % 2 == 0,):
            follows(
                "longformer",
                qkv(N, B=1),
                longformer_pattern(N, window, everyone, dilation, causal),
                window=window,
                global_positions=everyone,
                dilation=dilation,
                causal=causal,
            )


@criterion("longformer.pattern")
def test_the_pattern_of_longformer():
    """The window has gaps of `dilation`; global positions see everything and are seen by everything."""
    show_pattern(
        "longformer, window 2, dilation 2, position 5 global",
        lambda impl: impl.longformer.pattern(SHOWN, window=2, global_positions=[5], dilation=2, causal=False),
        longformer_pattern(SHOWN, 2, [5], 2, False),
    )
    for N, window, everyone, dilation in LONGFORMERS:
        for causal in (False, True):
            compare(
                lambda impl, N=N, w=window, g=everyone, d=dilation, c=causal: {
                    "pattern [i,j]": impl.longformer.pattern(N, window=w, global_positions=g, dilation=d, causal=c)
                },
                oracle=lambda _, N=N, w=window, g=everyone, d=dilation, c=causal: {
                    "pattern [i,j]": longformer_pattern(N, w, g, d, c)
                },
            )


# ── blocks ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@criterion("bigbird.values")
def test_blocks():
    """Values and gradients follow the pattern of an equally seeded generator, causal and not."""
    for N, block, window, random_blocks, everyone, causal in (
        (draw_size(21, 26), 4, 1, 1, [0], False),
        (draw_size(21, 26), 4, 1, 1, [0], True),
        (24, 3, 0, 2, [5, 23], False),
        (24, 3, 0, 2, [5, 23], True),
        (10, 4, 0, 1, [], False),
        (6, 8, 1, 2, [1], True),
        (1, 2, 0, 1, [], False),
    ):
        follows_its_own(
            "bigbird",
            qkv(N, B=1),
            block_size=block,
            window=window,
            random_blocks=random_blocks,
            global_positions=everyone,
            causal=causal,
        )


@criterion("bigbird.pattern")
def test_the_pattern_of_blocks():
    """Whole blocks in the window, the right number of others, global positions both ways."""
    shown = {"block_size": 2, "window": 1, "random_blocks": 1, "global_positions": [5], "causal": False}
    shown_seed = draw_seed()
    show_pattern(
        "bigbird, blocks of 2, window 1, 1 random block, position 5 global",
        lambda impl: own_pattern(impl, "bigbird", SHOWN, shown_seed, shown),
    )
    for N, size, window, more, everyone in (
        (26, 4, 1, 1, []),
        (26, 4, 0, 3, []),
        (24, 4, 1, 9, []),
        (23, 5, 0, 1, [7]),
    ):
        for causal in (False, True):
            seed = draw_seed()
            options = {
                "block_size": size,
                "window": window,
                "random_blocks": more,
                "global_positions": everyone,
                "causal": causal,
            }

            def observe(impl, N=N, s=seed, o=options):
                return own_pattern(impl, "bigbird", N, s, o)

            pattern = observed(observe).bool()
            require(
                _global_both_ways(pattern, everyone, causal),
                "Global positions see and are seen by all (causal: j ≤ i).",
                explain=observe,
            )
            problem = _blocks_problem(pattern, size, window, more, everyone, causal)
            require(problem is None, f"bigbird.pattern: {problem}.", explain=observe)


def _global_both_ways(pattern, everyone, causal):
    i, j = places(len(pattern))
    allowed = (j <= i) | (not causal)
    return all(torch.equal(pattern[g], allowed[g]) and torch.equal(pattern[:, g], allowed[:, g]) for g in everyone)


def _blocks_problem(pattern, size, window, more, everyone, causal):
    """What is wrong with the part of the pattern that is not global; None when nothing is."""
    N = len(pattern)
    plain = [p for p in range(N) if p not in everyone]
    i, j = places(N)
    allowed = (j <= i) | (not causal)
    count = -(-N // size)
    for b in range(count):
        rows = [p for p in plain if p // size == b]
        seen = set()
        for c in range(count):
            columns = [p for p in plain if p // size == c]
            piece = pattern[rows][:, columns]
            whole = allowed[rows][:, columns]
            if bool((piece & ~whole).any()):
                return "a causal row looks ahead"
            if bool(piece.any()):
                if not torch.equal(piece, whole):
                    return "a block of keys is seen by some positions of a block and not by others"
                seen.add(c)
        near = {c for c in range(count) if abs(c - b) <= window and (c <= b or not causal)}
        available = {c for c in range(count) if c not in near and (c < b or not causal)}
        if not near <= seen:
            return "a block does not see all blocks of its window"
        if len(seen - near) != min(more, len(available)):
            return "the number of random blocks outside the window is not the one asked, or as many as there are"
    return None


@criterion("bigbird.pattern")
def test_random_blocks_change_with_the_seed():
    """Over 40 seeds every block outside the window is drawn at times."""
    options = {"block_size": 2, "window": 0, "random_blocks": 1, "global_positions": []}
    seeds = [draw_seed() for _ in range(40)]

    def observe(impl):
        return torch.stack([own_pattern(impl, "bigbird", 8, s, options) for s in seeds]).double()

    share = observed(observe).double().mean(0)
    require(bool((share > 0).all()), "Some blocks outside the window are never drawn.", explain=observe)
    outside = share[0, 2::2]
    require(bool((outside < 0.7).all()), "One block outside the window is drawn nearly always.", explain=observe)
