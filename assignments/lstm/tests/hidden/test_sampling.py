"""Writing text: which character, from which distribution, by whose chance, at what cost.

The model is the student's own CharLM: its own logits say what sampling has to do.
"""

from itertools import count

import torch

from autograder.checks import (
    criterion,
    draw_ints,
    draw_seed,
    generator,
    no_global_chance,
    observed,
    repeatable,
    require,
    trace,
)

V, H = 11, 12
UNEXPLAINED = count(1)


def lively(impl):
    """A CharLM with larger weights, so that its logits depend on what it has read."""
    return impl.scaffold.lively_model(impl.CharLM, V, H, 1)


def timid(impl):
    """A fresh CharLM: all characters about equally likely, so that two texts are hardly ever the same."""
    return impl.scaffold.scaled_model(impl.CharLM, V, H, 1, scale=1.0)


def logits_after(model, ids):
    """The model's own logits [len(ids),V] for the character after each of ids, all read at once."""
    return model(ids[:, None])[0][:, 0].detach().double()


def likeliest(model, prime, written):
    """For each of the ids written after prime, the argmax of the last logits after all before it."""
    ids = torch.cat([prime, written])
    return torch.stack([logits_after(model, ids[:t])[-1].argmax() for t in range(len(prime), len(ids))])


def greedy_symptoms(impl, primes, n):
    """Which reading of the prime explains what sample wrote at temperature 0, as flags."""
    model = lively(impl)
    flags = torch.ones(4)
    for prime in primes:
        written = model.sample(prime, n, 0.0, generator(1)).flatten()
        flags[0] *= len(written) == n + len(prime)
        for k, reading in enumerate((prime, prime[-1:], prime[:1]), start=1):
            flags[k] *= torch.equal(written[-n:], likeliest(model, reading, written[-n:]))
    return told_apart({"what was read": flags})


def told_apart(flags):
    """Symptoms, with a number of their own when no flag is set: then they equal no mistake's."""
    explained = any(bool(torch.as_tensor(flag).any()) for flag in flags.values())
    return flags | {"unexplained": float(0 if explained else next(UNEXPLAINED))}


@criterion("sampling.greedy")
def test_temperature_zero_takes_the_likeliest():
    """At temperature 0, each of the n new characters is the argmax of the logits after all before it."""
    n, primes = 2, [draw_ints(V, 5) for _ in range(10)]

    def observe(impl):
        model = lively(impl)
        written = [model.sample(prime, n, 0.0, generator(1)) for prime in primes]
        return [
            {"sample(prime[5], 2)": ids, "argmax": likeliest(model, prime, ids)}
            for prime, ids in zip(primes, written, strict=True)
        ]

    require(
        all(torch.equal(*texts.values()) for texts in observed(observe, "float64")),
        "At temperature 0 the new characters are not, each in turn, the argmax of your own model's logits.",
        explain=lambda impl: greedy_symptoms(impl, primes, n),
    )


@criterion("sampling.greedy")
def test_a_prime_of_one_character():
    """A prime of one character and n = 1 work."""
    prime = draw_ints(V, 1)

    def observe(impl):
        model = lively(impl)
        written = model.sample(prime, 1, 0.0, generator(1))
        return {"sample(prime[1], 1)": written, "argmax": likeliest(model, prime, written)}

    require(
        torch.equal(*observed(observe, "float64").values()),
        "sample(prime[1], 1, temperature=0) is not the argmax of the logits after that character.",
    )


def written_text(impl, prime, n, temperature, seed):
    """n new characters, and the model's own logits from which each of them should be drawn."""
    model = lively(impl)
    written = model.sample(prime, n, temperature, generator(seed))
    logits = logits_after(model, torch.cat([prime, written]))[len(prime) - 1 : -1]
    return {"sample(prime[1], 60)": written, "logits": logits}


def fits(seen, temperature):
    """Whether a text is about as likely as one drawn from softmax(logits / temperature) would be.

    At each step the loss −ln p of the character drawn has mean H(p) and variance Var(−ln p), and the steps'
    deviations from their means are uncorrelated. Six standard deviations are allowed, and 6 nats for a single
    rare character, which six deviations do not cover where a model is nearly sure.
    """
    written, logits = seen.values()
    loss = -torch.log_softmax(logits / temperature, dim=-1)
    p = torch.exp(-loss)
    mean = (p * loss).sum(-1)
    variance = (p * (loss - mean[:, None]) ** 2).sum()
    drawn = loss.gather(1, written[:, None])[:, 0]
    return bool((drawn - mean).sum().abs() < 6 * variance.sqrt() + 6)


def temperature_symptoms(impl, *drawn):
    """Which temperature explains what was written, as flags."""
    prime, _, temperature, _ = drawn
    seen, model = written_text(impl, *drawn), lively(impl)
    candidates = {"asked": temperature, "inverse": 1 / temperature, "one": 1.0}
    flags = {name: float(fits(seen, candidate)) for name, candidate in candidates.items()}
    greedy = model.sample(prime, 8, 0.0, generator(1))
    return told_apart(flags) | {"right at temperature 0": float(torch.equal(greedy, likeliest(model, prime, greedy)))}


@criterion("sampling.distribution")
def test_characters_follow_the_softmax():
    """60 characters at temperatures ¼ and 3 are as likely as draws from softmax(logits / temperature)."""
    # ¼ tells temperatures apart, 3 a draw from none; 120 characters at ½ and 2 tell less, at twice the cost.
    for temperature in (0.25, 3.0):
        drawn = draw_ints(V, 1), 60, temperature, draw_seed()
        require(
            fits(observed(lambda impl, drawn=drawn: written_text(impl, *drawn), "float64"), temperature),
            f"At temperature {temperature:g}, 60 new characters are not distributed like "
            "softmax(logits / temperature) of your own model.",
            explain=lambda impl, drawn=drawn: temperature_symptoms(impl, *drawn),
        )

    prime, seed = draw_ints(V, 1), draw_seed()

    def by_default(impl):
        model = lively(impl)
        return [model.sample(prime, 20, **given, generator=generator(seed)) for given in ({}, *2 * [{"temperature": 1.0}])]

    without, one, again = observed(by_default, "float64")
    # Who draws from elsewhere loses another criterion.
    require(not torch.equal(one, again) or torch.equal(without, one), "Without a temperature, it is not 1.")


@criterion("sampling.distribution")
def test_very_low_temperature_is_nearly_the_argmax():
    """At temperature 1e-6 no exponential overflows: the text is that of temperature 0."""
    prime = draw_ints(V, 1)

    def observe(impl):
        model = lively(impl)
        written = model.sample(prime, 6, 1e-6, generator(1))
        return {"sample(prime[1], 6)": written, "argmax": likeliest(model, prime, written)}

    require(
        torch.equal(*observed(observe, "float64").values()),
        "At temperature 1e-6 the new characters are not the argmax of your own model's logits.",
    )


@criterion("sampling.repeatable")
def test_the_same_seed_gives_the_same_text():
    """The same seed gives the same text, and other seeds give other texts."""
    prime, seed = draw_ints(V, 4), draw_seed()

    def observe(impl):
        return impl.scaffold.sources_of_chance(timid(impl), prime, seed)

    chance = observed(observe)
    require(chance["other seeds, other texts"], "Generators with different seeds give the same text.", explain=observe)
    require(
        chance["global seed does not matter"] and chance["global generator stays"],
        "The generator is not the only source of chance: torch's global generator is used or moved.",
        explain=observe,
    )
    repeatable(lambda impl: timid(impl).sample(prime, 8, 1.0, generator(seed)), "The same seed gives the same text")


@criterion("sampling.repeatable")
def test_the_global_generator_is_left_alone():
    """The text does not depend on torch's global generator, which is left as it was."""
    prime, seed = draw_ints(V, 4), draw_seed()
    no_global_chance(lambda impl: timid(impl).sample(prime, 8, 1.0, generator(seed)))


@criterion("sampling.linear")
def test_cost_is_proportional_to_the_length():
    """Writing 8 characters makes at most 2.5 times the matrix products of writing 4."""
    prime = draw_ints(V, 1)

    def products(impl):
        model = lively(impl)
        return [trace(model.sample, prime, n, 1.0, generator(1)).matmuls for n in (4, 8)]

    short, long = observed(products)
    require(
        long <= 2.5 * short,
        f"Writing 4 characters made {min(short, 9999)} matrix products, writing 8 made {min(long, 9999)}: the cost "
        "of a character grows with the length of the text.",
    )
