"""What is promised of a window: twice as fast as full attention, and less than 5% of the accuracy lost.

At N = 3072 and N = 4096, d = 64, one head, float32, window 4. The weights are fixed (`train_recall.py` trained them, on
sequences of 256), and so are the questions. So the accuracy of full attention is a number, too: it is computed here, by
the formula, for the positions that ask.
"""

import math

import numpy as np
import torch

from autograder.checks import criterion, data, draw, faster_than, keeps_accuracy, observed

N_SPEED, N, D, WINDOW, SYMBOLS = 3072, 4096, 64, 4, 16
EVERY, FAR, NOISE = 8, 0.02, 0.3


def recall(length, far, generator):
    """tokens [length,D], symbols [length], positions that ask [n] and the symbols that they should find [n].

    A token is a random direction. Every 8th is a question: nearly the token of the position it asks about, at most
    WINDOW positions before or after it, or anywhere with probability `far`. Questions hold the symbol SYMBOLS: none.
    """

    def chance(high):
        return int(torch.randint(high, (), generator=generator))

    tokens = torch.randn(length, D, generator=generator)
    symbols = torch.randint(SYMBOLS, (length,), generator=generator)
    asked = torch.arange(WINDOW, length - WINDOW, EVERY)
    answering = []
    for i in asked.tolist():
        j, away = i, float(torch.rand((), generator=generator)) < far
        while j % EVERY == WINDOW % EVERY or (abs(j - i) > WINDOW) != away:
            j = chance(length) if away else i + chance(2 * WINDOW + 1) - WINDOW
        answering.append(j)
    tokens[asked] = tokens[answering] + NOISE * torch.randn(len(asked), D, generator=generator)
    found = symbols[answering].clone()
    symbols[asked] = SYMBOLS
    return torch.nn.functional.normalize(tokens, dim=-1), symbols, asked, found


@criterion("local.speed")
def test_a_window_is_twice_as_fast():
    """At N = 3072, d = 64, one head, window 4, it takes at most half the CPU time of the reference's `full`."""
    faster_than(
        prepare=lambda impl: None,
        call=lambda impl, _, x: impl.local(*x, window=WINDOW),
        against=lambda impl, _, x: impl.full(*x),
        inputs=lambda: draw(3, 1, 1, N_SPEED, D).unbind(0),
        speedup=2.0,
    )


@criterion("local.accuracy")
def test_a_window_loses_less_than_five_percent():
    """Associative recall at N = 4096, d = 64, window 4: the relative drop of accuracy is at most 5%."""
    with np.load(data("recall.npz")) as file:
        query, key, value, readout = (
            torch.from_numpy(file[name]).double() for name in ("query", "key", "value", "readout")
        )
    tokens, symbols, asked, found = recall(N, FAR, torch.Generator().manual_seed(2024))
    q, k, v = tokens.double() @ query, tokens.double() @ key, value[symbols]

    def right(out):
        return (out @ readout).argmax(-1) == found

    exact = (q[asked] @ k.T / math.sqrt(D)).softmax(-1) @ v
    ours = observed(lambda impl: impl.local(q[None, None], k[None, None], v[None, None], window=WINDOW))
    keeps_accuracy(
        right(exact), right(ours[0, 0, asked].double()), drop=0.05, of=f"associative recall at N = {N}, d = {D}"
    )
