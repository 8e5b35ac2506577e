"""Gigabytes are printed, to every descriptor that is an output.

tries: the grader keeps what is printed in memory or in a log until there is no room.
must: OUTPUT_LIMIT; no more than a bounded piece is kept.
score: 40
verdict: OUTPUT_LIMIT, CRASH, TIMEOUT
"""

import os

import torch
from torch import nn


def standardise(x):
    line = b"\x1b[2J\xff" * 2**16
    for _ in range(2**30):
        for fd in (1, 2):
            os.write(fd, line)


class Affine(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d)), nn.Parameter(torch.zeros(d))

    def forward(self, x):
        return x * self.weight + self.bias
