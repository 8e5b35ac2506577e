"""Character n-gram models with interpolated Witten–Bell smoothing: the losses a language model must beat.

For a context h of n−1 symbols, with c(h) occurrences as a context in the training text and N(h) different
symbols after it,

    p_n(w | h) = (c(h w) + N(h) · p_{n−1}(w | h')) / (c(h) + N(h)),      h' = h without its oldest symbol,

down to the uniform distribution p_0(w) = 1/V. A context never seen leaves the shorter one unchanged. Every
p_n(· | h) sums to one over the V symbols, and no symbol has probability 0.

Sources: I. H. Witten and T. C. Bell, "The zero-frequency problem", IEEE Transactions on Information
Theory 37(4), 1991 (method C); S. F. Chen and J. Goodman, "An empirical study of smoothing techniques for
language modeling", Computer Speech and Language 13, 1999, section 2.4 (interpolated form).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]


def witten_bell_losses(train: Ids, text: Ids, vocab: int, order: int) -> NDArray[np.float64]:
    """−ln p_order(text[t] | text[t−order+1 … t−1]) for t = order−1 … len(text)−1, in nats.

    train, text: ids [N] in 0 … vocab−1. Returns [len(text) − order + 1]. Raises ValueError for ids outside
    the vocabulary, an order below 1, and texts shorter than `order`.
    """
    train, text = np.asarray(train, dtype=np.int64), np.asarray(text, dtype=np.int64)
    _check(train, text, vocab, order)
    p = np.full(len(text) - order + 1, 1.0 / vocab)
    for n in range(1, order + 1):
        p = _interpolate(train, text[order - n :], vocab, n, p)
    losses: NDArray[np.float64] = -np.log(p)
    return losses


def _interpolate(train: Ids, text: Ids, vocab: int, n: int, shorter: NDArray[np.float64]) -> NDArray[np.float64]:
    """p_n at every n-gram of `text`, given p_{n−1} there."""
    grams, counts = np.unique(_keys(train, vocab, n), return_counts=True)
    contexts, first = np.unique(grams // vocab, return_index=True)  # grams are sorted, so contexts are runs
    total = np.add.reduceat(counts, first)
    followers = np.diff(first, append=len(grams))
    wanted = _keys(text, vocab, n)
    c_gram = _look_up(grams, counts, wanted)
    c_context = _look_up(contexts, total, wanted // vocab)
    n_context = _look_up(contexts, followers, wanted // vocab)
    seen = c_context > 0
    mixed = (c_gram + n_context * shorter) / np.where(seen, c_context + n_context, 1)
    return np.where(seen, mixed, shorter)


def _keys(ids: Ids, vocab: int, n: int) -> Ids:
    """Every n-gram of ids as one integer, the oldest symbol first; [len(ids) − n + 1]."""
    keys = np.zeros(len(ids) - n + 1, dtype=np.int64)
    for k in range(n):
        keys = keys * vocab + ids[k : len(ids) - n + 1 + k]
    return keys


def _look_up(keys: Ids, values: Ids, wanted: Ids) -> Ids:
    """values[keys == wanted], 0 where a key is absent; keys are sorted."""
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    found: Ids = np.where(keys[place] == wanted, values[place], 0)
    return found


def _check(train: Ids, text: Ids, vocab: int, order: int) -> None:
    if order < 1:
        raise ValueError(f"witten_bell_losses: order is {order}; it must be 1 or more.")
    if vocab**order >= 2**63:
        raise ValueError(f"witten_bell_losses: {vocab} symbols and order {order} do not fit into 64 bits.")
    for name, ids in (("train", train), ("text", text)):
        if len(ids) < order:
            raise ValueError(f"witten_bell_losses: {name} has {len(ids)} symbols, fewer than order {order}.")
        if ids.min() < 0 or ids.max() >= vocab:
            raise ValueError(f"witten_bell_losses: {name} holds ids outside 0 … {vocab - 1}.")
