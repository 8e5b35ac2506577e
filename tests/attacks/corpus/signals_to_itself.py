"""The child stops, ends and interrupts itself with every signal there is.

tries: a child that is stopped is neither alive nor dead, and one that dies of SIGKILL looks as if the grader, or
    the kernel for lack of memory, had killed it.
must: TIMEOUT for one that is stopped, CRASH for one that is dead, FAIL where it is process 1 and immune to itself; the affine part keeps its points.
score: 40
verdict: TIMEOUT, CRASH, FAIL
bare: ends
"""

import os
import signal

import torch
from torch import nn

calls = [0]


def standardise(x):
    if os.urandom(1)[0] % 2:
        os.kill(os.getpid(), signal.SIGSTOP)
    for number in range(1, 65):
        if number not in (signal.SIGSTOP, signal.SIGCONT, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU):
            try:
                signal.signal(number, signal.SIG_IGN)
                os.kill(os.getpid(), number)
            except (OSError, ValueError):
                pass
    os.kill(os.getpid(), signal.SIGKILL)


class Affine(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d)), nn.Parameter(torch.zeros(d))

    def forward(self, x):
        return x * self.weight + self.bias
