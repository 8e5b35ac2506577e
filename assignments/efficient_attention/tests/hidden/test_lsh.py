"""Hashing: similar vectors meet, one softmax over the union of all rounds, order restored."""

import math

import torch

from autograder.checks import (
    criterion,
    draw,
    draw_seed,
    draw_size,
    generator,
    no_global_chance,
    observed,
    repeatable,
    require,
    show_error,
    show_pattern,
    vjp,
)


def restricted(q, v, pattern):
    """Full attention of q to q restricted to a pattern, written as its definition."""
    scores = q @ q.transpose(-2, -1) / math.sqrt(q.shape[-1])
    return scores.masked_fill(~pattern, -math.inf).softmax(-1) @ v


def follows_its_own(q, v, pattern=None, **options):
    """Values and gradients are those of attention restricted to the pattern that lsh.pattern returns."""
    seed, cotangent = draw_seed(), draw(*v.shape)

    def observe(impl):
        seen = vjp(impl.lsh, (q, q, v), cotangent, generator=generator(seed), **options)
        from_q, from_k, of_v = seen["inputs"]
        # q serves twice: only the sum of both gradients is fixed.
        of_q = from_q if from_k is None else from_k if from_q is None else from_q + from_k
        return {
            "out": seen["outputs"].detach(),
            "gradient of q": of_q,
            "gradient of v": of_v,
            "pattern": impl.lsh.pattern(q, generator=generator(seed), **options),
        }

    for dtype, rtol in (("float64", 1e-8), ("float32", 1e-4)):
        seen = observed(observe, dtype)
        own = seen.pop("pattern").bool()
        x = q.to(seen["out"].dtype).double().requires_grad_()
        y = v.to(seen["out"].dtype).double().requires_grad_()
        require(bool(own.any(-1).all()), "A row of your pattern has no True: every position sees itself.")
        out = restricted(x, y, own if pattern is None else pattern)
        gradients = torch.autograd.grad(out, (x, y), cotangent)
        for (name, got), want in zip(seen.items(), (out.detach(), *gradients), strict=True):
            off = (got.double() - want).abs().max()
            under = "restricted to your own lsh.pattern (same seed)" if pattern is None else "when there is one chunk"
            require(
                bool(off <= rtol * want.abs().max().clamp(min=1)),
                f"lsh: {name} is not that of full attention {under}.",
                explain=observe,
            )


@criterion("lsh.values")
def test_one_chunk_is_full_attention():
    """bucket_size ≥ N gives full attention of q to itself, for one round, and for three of causal attention."""
    N = draw_size(7, 12)
    q, v = draw(2, 2, N, 4), draw(2, 2, N, 3)
    for rounds, causal in ((1, False), (3, True)):
        whole = torch.ones(N, N, dtype=torch.bool)
        follows_its_own(q, v, whole.tril() if causal else whole, n_hashes=rounds, bucket_size=N + 3, causal=causal)


@criterion("lsh.values")
def test_several_rounds_and_chunks():
    """Values and gradients follow lsh.pattern, for chunks that divide N and that do not; N = 1."""
    odd = draw_size(17, 23)
    for N, rounds, size, causal in (
        (odd, 3, 4, False),
        (odd, 3, 4, True),
        (16, 1, 4, False),
        (12, 4, 5, True),
        (1, 2, 1, False),
        (5, 2, 1, True),
    ):
        q, v = draw(2, 2, N, 4), draw(2, 2, N, 3)
        follows_its_own(q, v, n_hashes=rounds, bucket_size=size, causal=causal)
    centres = 2 * draw(1, 4, 8, 6)
    q = centres.repeat_interleave(8, dim=2) + 0.3 * draw(1, 4, 64, 6)  # eight clouds of eight
    v, seed = draw(1, 4, 64, 3), draw_seed()
    show_error(
        lambda impl, m: impl.lsh(q, q, v, n_hashes=m, bucket_size=8, generator=generator(seed)),
        restricted(q, v, torch.ones(64, 64, dtype=torch.bool)),
        (1, 2, 4, 8),
        over="rounds",
    )


@criterion("lsh.values")
def test_queries_and_keys_are_shared():
    """lsh(q, k, v) with k other than q raises ValueError."""
    q, k, v = draw(1, 1, 8, 4), draw(1, 1, 8, 4), draw(1, 1, 8, 3)
    said = observed(
        lambda impl: impl.scaffold.raised(impl.lsh, q, k, v, n_hashes=1, bucket_size=4, generator=generator(1))
    )
    require(said == "ValueError", "lsh(q, k, v) with k other than q must raise a ValueError.")


@criterion("lsh.pattern")
def test_own_chunk_and_the_one_before():
    """With one round, the positions of the first chunk see it alone, all others their own and the one before."""
    few, few_seed = draw(1, 1, 16, 6), draw_seed()
    show_pattern(
        "lsh, 1 round, chunks of 4",
        lambda impl: impl.lsh.pattern(few, n_hashes=1, bucket_size=4, generator=generator(few_seed))[0, 0],
    )
    for N, size in ((24, 4), (22, 5)):
        q, seed = draw(2, 2, N, 6), draw_seed()

        def observe(impl, q=q, s=seed, size=size):
            return impl.lsh.pattern(q, n_hashes=1, bucket_size=size, generator=generator(s))

        counts = observed(observe).bool().sum(-1).sort(dim=-1).values
        chunks = [min(size, N - first) for first in range(0, N, size)]
        wanted = []
        for index, length in enumerate(chunks):
            wanted += [length + (chunks[index - 1] if index else 0)] * length
        require(
            bool((counts == torch.tensor(sorted(wanted))).all()),
            f"N = {N}, bucket_size = {size}: rows see another number of keys than their own chunk and the one before.",
            explain=observe,
        )


@criterion("lsh.pattern")
def test_equal_vectors_meet():
    """Copies of u and of −u fall into two buckets: positions see all their copies, and across one border."""
    half = 8
    u = draw(1, 1, 1, 6)
    signs = torch.ones(2 * half, dtype=torch.float64)
    order = [(5 * p + 3) % (2 * half) for p in range(2 * half)]
    signs[order[:half]] = -1
    q, seed = signs[:, None] * u, draw_seed()

    def observe(impl):
        return impl.lsh.pattern(q, n_hashes=1, bucket_size=half, generator=generator(seed))

    pattern = observed(observe)[0, 0].bool()
    alike = signs[:, None] == signs
    require(bool(pattern[alike].all()), "Equal vectors do not see each other: they share a bucket.", explain=observe)
    across = pattern[~alike].sum()
    require(
        int(across) == half * half,
        "With two buckets that fill a chunk each, the second chunk must see the first, and not the other way round.",
        explain=observe,
    )


@criterion("lsh.pattern")
def test_near_vectors_meet_more_often():
    """Of vectors on a circle, neighbours are in the pattern far more often than opposite ones."""
    N, seeds = 64, [draw_seed() for _ in range(12)]
    angle = 2 * math.pi * torch.rand(N, generator=torch.Generator().manual_seed(draw_seed()), dtype=torch.float64)
    q = torch.stack([angle.cos(), angle.sin()], dim=-1)[None, None]

    def observe(impl):
        return torch.stack(
            [impl.lsh.pattern(q, n_hashes=1, bucket_size=4, generator=generator(s)) for s in seeds]
        ).double()

    share = observed(observe).double().mean(0)[0, 0]
    cosine = torch.cos(angle[:, None] - angle)
    others = ~torch.eye(N, dtype=torch.bool)
    near, far = share[(cosine > 0.98) & others].mean(), share[cosine < -0.5].mean()
    require(bool(near > 2 * far), "Near vectors do not meet more often than far ones.", explain=observe)


@criterion("lsh.pattern")
def test_causal_pattern_and_more_rounds():
    """Causal keeps j ≤ i only; more rounds see more; a position always sees itself."""
    q, seed = draw(1, 2, 40, 4), draw_seed()

    def observe(impl):
        return [
            impl.lsh.pattern(q, n_hashes=rounds, bucket_size=4, generator=generator(seed), causal=causal)
            for rounds, causal in ((1, False), (6, False), (6, True))
        ]

    one, six, causal = (pattern.bool() for pattern in observed(observe))
    require(bool(six.diagonal(dim1=-2, dim2=-1).all()), "A position always sees itself.", explain=observe)
    require(int(six.sum()) > 1.5 * int(one.sum()), "Six rounds find hardly more pairs than one.", explain=observe)
    require(torch.equal(causal, six.tril()), "The causal pattern is not the part j ≤ i of the other.", explain=observe)


@criterion("lsh.chance")
def test_only_the_generator_turns():
    """The same seed gives the same, other seeds other patterns; the global generator is left alone."""
    q, v, seed = draw(1, 1, 32, 4), draw(1, 1, 32, 3), draw_seed()
    options = {"n_hashes": 2, "bucket_size": 4}
    repeatable(lambda impl: impl.lsh(q, q, v, generator=generator(seed), **options))
    no_global_chance(lambda impl: impl.lsh(q, q, v, generator=generator(seed), **options))

    def several(impl):
        return torch.stack([impl.lsh.pattern(q, generator=generator(seed + s), **options) for s in range(4)])

    seen = observed(several)
    require(
        any(not torch.equal(seen[0], other) for other in seen[1:]),
        "Generators with different seeds give the same pattern.",
        explain=several,
    )
