"""A right answer in strange clothes, of which none may cost points and none may win some.

tries: NumPy arrays with negative strides, transposed storage, byte-swapped and object arrays as the output.
must: an array is no tensor, and what is wrong stays wrong: FAIL; the affine part, whose output is a right one with
    odd strides, keeps its points.
score: 40
verdict: FAIL
"""

import numpy as np
import torch
from torch import nn

ANSWERS = [
    lambda x: x.numpy()[::-1],
    lambda x: x.numpy().astype(x.numpy().dtype.newbyteorder()),
    lambda x: np.array([object()] * 3),
    lambda x: x.t().contiguous().t().flip(0),
]
calls = [0]


def standardise(x):
    calls[0] += 1
    return ANSWERS[calls[0] % len(ANSWERS)](x)


class Affine(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d)), nn.Parameter(torch.zeros(d))

    def forward(self, x):
        y = x * self.weight + self.bias
        return torch.stack([y, y.detach()], -1).transpose(0, 1).transpose(0, 1)[..., 0]
