"""Greedy decoding: which symbols, when it stops, that the cache changes nothing but the cost.

The model is the submission's own Transformer: its own logits say what decoding has to write.
"""

from itertools import count

import torch

from autograder.checks import criterion, draw_ints, draw_size, observed, require, trace

V_SRC, V_TGT, BOS, NEVER = 11, 12, 1, -1
UNEXPLAINED = count(1)


def model_of(impl, seed, norm="pre", scale=2.5):
    return impl.scaffold.lively_model(impl.Transformer, V_SRC, V_TGT, 8, 2, 2, 16, norm, scale=scale, seed=seed)


def sources(batch=5, length=6):
    """Sources [B,Ls], some of them padded."""
    src = 1 + draw_ints(V_SRC - 1, batch, length)
    src[1, 4:] = 0
    src[2, 2:] = 0
    return src


def likeliest(model, src, written):
    """The argmax of the model's logits after bos and each beginning of `written` [B,n]."""
    tgt = torch.cat([torch.full((len(src), 1), BOS), written[:, :-1]], dim=1)
    return model(src, tgt).detach().double().argmax(-1)


def cut(free, eos):
    """What is written when `eos` ends: rows of `free` [B,n] up to it, then 0, as long as the longest row."""
    ended = (free == eos).cumsum(1)
    after = (ended - (free == eos).long()) > 0
    rows = free.masked_fill(after, 0)
    longest = int((~after).sum(1).max())
    return rows[:, :longest]


def told_apart(flags):
    """Flags, with a number of their own when all is wrong: then they equal no mistake's."""
    explained = any(bool(torch.as_tensor(flag).any()) for flag in flags.values())
    return flags | {"unexplained": float(0 if explained else next(UNEXPLAINED))}


def same(one, other):
    return float(isinstance(one, torch.Tensor) and one.shape == other.shape and bool((one == other).all()))


def greedy_symptoms(impl, src, seed, n):
    """What holds of what greedy_decode writes without a cache, as flags."""
    model = model_of(impl, seed)
    free = impl.greedy_decode(model, src, n, BOS, NEVER, use_cache=False)
    usable = isinstance(free, torch.Tensor) and free.shape == (len(src), n) and free.dtype == torch.int64
    flags = {"shape": float(usable)}
    flags["with bos"] = float(isinstance(free, torch.Tensor) and free.dim() == 2 and bool((free[:, 0] == BOS).all()))
    flags["likeliest"] = same(free, likeliest(model, src, free)) if usable else 0.0
    if usable:
        for place, eos in enumerate((int(free[0, 2]), int(free[3, 1]))):
            written, wanted = impl.greedy_decode(model, src, n, BOS, eos, use_cache=False), cut(free, eos)
            flags[f"ends {place}"] = same(written, wanted)
            width = min(written.shape[1], wanted.shape[1])
            flags[f"begins {place}"] = same(written[:, :width], wanted[:, :width])
            alone = impl.greedy_decode(model, src[:1], n, BOS, eos, use_cache=False)
            flags[f"alone {place}"] = same(alone, cut(free[:1], eos))
    return told_apart(flags)


@criterion("decoding.greedy")
def test_the_likeliest_symbols_until_eos():
    """Each symbol is the argmax after those before it; rows end with eos, then 0; writing stops when all have ended."""
    src, seed, n = sources(), draw_size(0, 10**6), 5

    def observe(impl):
        return greedy_symptoms(impl, src, seed, n)

    seen = observed(observe, "float64")
    require(bool(seen["shape"]), "Without an eos, the result is not int64 ids [B,max_len].", explain=observe)
    require(
        bool(seen["likeliest"]),
        "Without a cache, the symbols are not, each in turn, the argmax of your own model's logits.",
        explain=observe,
    )
    require(
        all(bool(value) for name, value in seen.items() if name.startswith(("ends", "alone"))),
        "When rows end at different times, the result is not as asked: eos, then 0, as long as the longest row.",
        explain=observe,
    )


def cache_symptoms(impl, src, seed, n):
    """Whether both ways write the same, in full and for the first symbols, as flags."""
    flags = {}
    for norm in ("pre", "post"):
        model = model_of(impl, seed, norm)
        slow, quick = (impl.greedy_decode(model, src, n, BOS, NEVER, use_cache=flag) for flag in (False, True))
        flags[f"same, {norm}"] = same(quick, slow)
        for t in (1, 2):
            flags[f"first {t}, {norm}"] = same(quick[:, :t], slow[:, :t])
    eos = int(slow[0, 2])
    slow, quick = (impl.greedy_decode(model, src, n, BOS, eos, **way) for way in ({"use_cache": False}, {}))
    return told_apart(flags | {"with eos, by default": same(quick, slow)})


@criterion("decoding.cache")
def test_with_and_without_a_cache():
    """use_cache=True writes what use_cache=False writes, with padded sources, pre and post."""
    src, seed = sources(batch=10), draw_size(0, 10**6)

    def observe(impl):
        return cache_symptoms(impl, src, seed, 8)

    seen = observed(observe, "float64")
    right = all(bool(value) for name, value in seen.items() if name != "unexplained")
    require(right, "With the cache, other symbols are written than without it.", explain=observe)


@criterion("decoding.cache")
def test_two_texts_one_after_the_other():
    """Nothing is kept from one call to the next: another source has its own translation."""
    first, second, seed = sources(batch=8), sources(batch=8, length=9), draw_size(0, 10**6)

    def observe(impl):
        model = model_of(impl, seed)
        texts = [impl.greedy_decode(model, src, 4, BOS, NEVER) for src in (first, second)]
        slow = [impl.greedy_decode(model, src, 4, BOS, NEVER, use_cache=False) for src in (first, second)]
        return told_apart({str(k): same(quick, one) for k, (quick, one) in enumerate(zip(texts, slow, strict=True))})

    seen = observed(observe, "float64")
    require(
        all(bool(seen[str(k)]) for k in range(2)),
        "With the cache, a second text is not written rightly.",
        explain=observe,
    )


def work(impl, length, n):
    """Arithmetic of writing n symbols from a source of this length."""
    model = impl.scaffold.lively_model(impl.Transformer, V_SRC, V_TGT, 32, 4, 1, 64, "pre", scale=1.0)
    src = torch.arange(2 * length).reshape(2, length) % (V_SRC - 1) + 1
    return trace(impl.greedy_decode, model, src, n, BOS, NEVER).work


@criterion("decoding.cost")
def test_each_symbol_costs_one_position():
    """Symbols 9 … 16 cost at most 2.6 times what symbols 5 … 8 cost, which are half as many."""
    few, some, many = observed(lambda impl: [work(impl, 5, n) for n in (4, 8, 16)])
    require(
        many - some <= 2.6 * (some - few),
        "The cost of a symbol grows with the number of symbols written: positions are computed again.",
    )


@criterion("decoding.memory")
def test_the_memory_is_encoded_and_projected_once():
    """A symbol of a source of 48 costs at most 3 times what one of a source of 8 costs."""
    short, long = observed(lambda impl: [work(impl, length, 4) - work(impl, length, 2) for length in (8, 48)])
    require(
        long <= 3 * short,
        "The cost of a symbol grows with the source as if the source were encoded, or its keys and values computed, "
        "for every symbol.",
    )
