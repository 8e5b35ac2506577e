"""Return values without end: lists that hold themselves, a million keys, strings of megabytes, endless iterators.

tries: the code that walks, prints or compares a return value runs out of stack, memory or time.
must: depth, size and number are bounded on both sides: FAIL, at once.
score: 0
verdict: FAIL, MEMORY, TIMEOUT, CRASH
"""

import itertools

import torch


def itself():
    items = []
    items.append(items)
    return items


def deep():
    items = ()
    for _ in range(100_000):
        items = (items,)
    return items


ANSWERS = [
    lambda x: itself(),
    lambda x: deep(),
    lambda x: {i: x for i in range(10_000)},
    lambda x: {(1, 2): x, None: x, 2**70: x},
    lambda x: "y" * 2**24,
    lambda x: itertools.count(),
    lambda x: 10**5000,
    lambda x: ["\ud800", "\0", b"\xff", ...],
]
calls = [0]


def standardise(x):
    calls[0] += 1
    return ANSWERS[calls[0] % len(ANSWERS)](x)
