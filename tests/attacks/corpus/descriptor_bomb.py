"""Open files until no more can be had, by this process and by many.

tries: the machine's table of files fills; the grader cannot open a result any more.
must: the limit of this process is reached and no other's; FAIL.
score: 40
verdict: FAIL, CRASH, TIMEOUT
process: never
"""

import os
import resource

import torch
from torch import nn

held = []


def standardise(x):
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (2**20, 2**20))
        print("GAINED a million files")
    except (OSError, ValueError):
        pass
    for _ in range(8):
        try:
            pid = os.fork()
        except OSError:
            break
        if pid == 0:
            break
    try:
        while True:
            held.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        pass
    if pid == 0:
        os._exit(0)
    return x * 0


class Affine(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d)), nn.Parameter(torch.zeros(d))

    def forward(self, x):
        return x * self.weight + self.bias
