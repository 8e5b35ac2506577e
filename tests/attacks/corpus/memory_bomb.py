"""All memory is taken, by tensors, by maps, by files in memory and by many processes.

tries: torch.zeros without end in this process; then anonymous maps, memfd and forked copies, each below its limit.
must: MEMORY, or the error of Python that says so; the grader and its machine keep theirs.
score: 40
verdict: MEMORY, FAIL, CRASH, TIMEOUT
process: never
"""

import mmap
import os

import torch
from torch import nn

held = []


def standardise(x):
    if os.urandom(1)[0] % 2:
        while True:
            held.append(torch.ones(2**24))
    for _ in range(8):
        if os.fork() == 0:
            kept = []
            while True:
                kept.append(mmap.mmap(-1, 2**25))
                kept[-1].write(b"\1" * 2**25)
    import time

    time.sleep(10)


class Affine(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d)), nn.Parameter(torch.zeros(d))

    def forward(self, x):
        return x * self.weight + self.bias
