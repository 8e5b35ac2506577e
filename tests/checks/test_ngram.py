"""Witten–Bell losses against numbers worked out by hand, and the laws every language model obeys."""

import math

import numpy as np
import pytest

from autograder.checks.ngram import witten_bell_losses


def ids(text: str) -> np.ndarray:
    return np.array(["abc".index(symbol) for symbol in text])


def test_unigram_and_bigram_by_hand() -> None:
    """train = abaab over {a, b, c}: c(a)=3, c(b)=2, two symbols seen, V=3."""
    # unigram: p(a) = (3 + 2/3) / (5 + 2) = 11/21, p(b) = (2 + 2/3) / 7 = 8/21, p(c) = (2/3) / 7 = 2/21
    unigram = witten_bell_losses(ids("abaab"), ids("abc"), vocab=3, order=1)
    np.testing.assert_allclose(unigram, -np.log([11 / 21, 8 / 21, 2 / 21]), rtol=1e-14)
    # context a is followed by b, a, b: c=3, N=2; context b by a: c=1, N=1
    # p(b|a) = (2 + 2·8/21) / 5, p(a|a) = (1 + 2·11/21) / 5, p(a|b) = (1 + 11/21) / 2, p(c|b) = (2/21) / 2
    bigram = witten_bell_losses(ids("abaab"), ids("abaabc"), vocab=3, order=2)
    by_hand = [(2 + 16 / 21) / 5, (1 + 11 / 21) / 2, (1 + 22 / 21) / 5, (2 + 16 / 21) / 5, 1 / 21]
    np.testing.assert_allclose(bigram, -np.log(by_hand), rtol=1e-14)


def test_unseen_context_falls_back_to_the_shorter_one() -> None:
    unigram = witten_bell_losses(ids("abaab"), ids("a"), vocab=3, order=1)
    after_c = witten_bell_losses(ids("abaab"), ids("ca"), vocab=3, order=2)
    np.testing.assert_allclose(after_c, unigram, rtol=1e-14)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_probabilities_sum_to_one(order: int) -> None:
    """Over all continuations of any context, seen or not."""
    rng = np.random.default_rng(order)
    train = rng.integers(0, 4, size=60)  # symbol 4 of 5 never occurs
    for _ in range(20):
        context = rng.integers(0, 5, size=order - 1)
        p = [math.exp(-witten_bell_losses(train, np.append(context, w), vocab=5, order=order)[-1]) for w in range(5)]
        assert sum(p) == pytest.approx(1, abs=1e-12)


def test_longer_contexts_help_on_a_regular_text() -> None:
    text = ids("abc" * 50)
    losses = [witten_bell_losses(text, text, vocab=3, order=n).mean() for n in (1, 2, 3)]
    assert losses[0] == pytest.approx(math.log(3), abs=0.01)
    assert losses[0] > 10 * losses[1] > 0


@pytest.mark.parametrize(
    ("train", "text", "order", "message"),
    [
        ("ab", "ab", 0, "witten_bell_losses: order is 0; it must be 1 or more."),
        ("ab", "a", 2, "witten_bell_losses: text has 1 symbols, fewer than order 2."),
        ("abc", "ab", 1, "witten_bell_losses: train holds ids outside 0 … 1."),
        ("ab", "ab", 63, "witten_bell_losses: 2 symbols and order 63 do not fit into 64 bits."),
    ],
)
def test_bad_calls(train: str, text: str, order: int, message: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        witten_bell_losses(ids(train), ids(text), vocab=2, order=order)
    assert str(error.value) == message
