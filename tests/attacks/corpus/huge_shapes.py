"""Shapes of 2^62 elements that take no memory here and would take all of it elsewhere.

tries: expanded tensors, zero strides, 2^62 rows of no columns, 64 axes, arrays of NumPy with negative strides.
must: sizes are checked before memory is taken: FAIL, and the grader does not grow.
score: 0
verdict: FAIL, MEMORY
"""

import numpy as np
import torch

ANSWERS = [
    lambda x: torch.zeros(1).expand(2**62),
    lambda x: torch.zeros(1).expand(2**31, 2**31),
    lambda x: torch.empty(2**62, 0),
    lambda x: torch.zeros(1).expand(*[1] * 60, 2, 2),
    lambda x: torch.zeros(1).expand(2**27),
    lambda x: np.lib.stride_tricks.as_strided(np.zeros(1), (2**40,), (0,)),
    lambda x: np.zeros((3, 4))[::-1, ::-1],
    lambda x: torch.as_strided(torch.zeros(4), (2**20, 2**8), (0, 0)),
]
calls = [0]


def standardise(x):
    calls[0] += 1
    return ANSWERS[calls[0] % len(ANSWERS)](x)
