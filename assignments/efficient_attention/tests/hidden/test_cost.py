"""What efficient attention costs as N grows: exponents of operations, of the largest tensor, of memory.

Where the pattern is drawn by chance no two implementations draw the same. There all values v are equal, so that the
output is the same for any pattern with normalised weights, and `growth` can compare it with the reference.
"""

import math

import torch

from autograder.checks import criterion, draw, draw_seed, generator, growth

D = 8
SIZES = (128, 256, 512, 1024)
SQUARES = (64, 144, 256, 576)
"""Their roots are integers and divide them: a comb and random keys grow with the root."""


def qkv(n):
    return draw(1, 1, n, D), draw(1, 1, n, D), draw(1, 1, n, D)


def equal_values(n, d=D):
    return draw(1, 1, n, d), draw(1, 1, n, d), torch.ones(1, 1, n, 1, dtype=torch.float64) * draw(d)


def both(function, x, **options):
    """What a call gives without and with `causal`: their costs add up, and the one that grows faster shows."""
    return function(*x, **options), function(*x, causal=True, **options)


@criterion("local.cost")
def test_a_window_grows_with_n():
    """At window 8, operations, largest tensor and memory of two calls, one of them causal, grow like N."""
    growth(
        lambda impl, x: both(impl.local, x, window=8),
        qkv,
        SIZES,
        operations=1.2,
        largest=1.2,
        memory=1.4,
    )


@criterion("strided.cost")
def test_a_comb_grows_with_n_to_three_halves():
    """At stride √N, operations and largest tensor grow like N^1.5."""
    growth(
        lambda impl, x: impl.strided(*x, stride=math.isqrt(x[0].shape[2])),
        qkv,
        SQUARES,
        operations=1.65,
        largest=1.65,
    )


@criterion("random.cost")
def test_random_keys_grow_with_n_to_three_halves():
    """With √N keys, operations and largest tensor grow like N^1.5."""
    seed = draw_seed()  # d = 32: what it costs to draw without repetition may grow like N·keys², and is to be small
    growth(
        lambda impl, x: impl.random_sparse(*x, keys=math.isqrt(x[0].shape[2]), generator=generator(seed)),
        lambda n: equal_values(n, d=32),
        SQUARES,
        operations=1.75,
        largest=1.65,
    )


@criterion("longformer.cost")
def test_longformer_grows_with_n():
    """At window 4 and two global positions, operations and largest tensor grow like N."""
    growth(
        lambda impl, x: impl.longformer(*x, window=4, global_positions=[0, 100]),
        qkv,
        SIZES,
        operations=1.2,
        largest=1.2,
    )


@criterion("bigbird.cost")
def test_blocks_grow_with_n():
    """At blocks of 8, one random block and one global position, operations and largest tensor grow like N."""
    seed = draw_seed()
    options = {"block_size": 8, "window": 1, "random_blocks": 1, "global_positions": [0]}
    growth(
        lambda impl, x: impl.bigbird(*x, generator=generator(seed), **options),
        equal_values,
        SIZES,
        operations=1.4,
        largest=1.2,
    )


@criterion("lsh.cost")
def test_hashing_grows_with_n():
    """At two rounds and chunks of 4, operations and largest tensor grow like N."""
    seed = draw_seed()

    def shared(n):
        q, _, v = equal_values(n)
        return q, q, v

    growth(
        lambda impl, x: impl.lsh(*x, n_hashes=2, bucket_size=4, generator=generator(seed)),
        shared,
        (256, 384, 640, 1024),  # there are 64 buckets, the most there may be, from the first on
        operations=1.3,
        largest=1.3,
    )


@criterion("linear.cost")
def test_linear_grows_with_n():
    """Operations and largest tensor of two calls, one of them causal, grow like N."""
    growth(lambda impl, x: both(impl.linear, x), qkv, SIZES, operations=1.2, largest=1.2)


@criterion("performer.cost")
def test_performer_grows_with_n():
    """With 32 features, operations and largest tensor grow like N."""
    seed = draw_seed()
    growth(
        lambda impl, x: impl.performer(*x, features=32, generator=generator(seed)),
        equal_values,
        SIZES,
        operations=1.2,
        largest=1.2,
    )


@criterion("linformer.cost")
def test_linformer_grows_with_n():
    """With 16 mixtures, operations and largest tensor grow like N."""
    growth(
        lambda impl, x: impl.linformer(*x[:3], E=x[3], F=x[4]),
        lambda n: (*qkv(n), draw(16, n), draw(16, n)),
        SIZES,
        operations=1.2,
        largest=1.2,
    )


@criterion("flash.memory")
def test_memory_of_flash_grows_with_n():
    """Forward and backward with tiles of 64 × 64: the largest tensor grows like N."""
    growth(
        lambda impl, x: impl.scaffold.forward_and_backward(impl.flash, *x, block_q=64, block_k=64),
        qkv,
        (64, 128, 192, 320),
        largest=1.2,
    )
