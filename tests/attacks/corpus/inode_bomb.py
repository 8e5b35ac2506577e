"""A million empty files, folders and links.

tries: the file system has room but no inodes left; and removing them takes the grader minutes.
must: the number is limited, or what the child can do in its time is small; they are gone quickly.
score: 40
process: never
"""

import os
import time

import torch
from torch import nn


def standardise(x):
    end = time.monotonic() + 1.5
    for place in (os.getcwd(), "/tmp", "/dev/shm", "/var/tmp"):
        index = 0
        try:
            os.mkdir(f"{place}/{MARK}")
            while time.monotonic() < end and index < 400_000:
                index += 1
                os.symlink("/etc/passwd", f"{place}/{MARK}/{index}")
        except OSError:
            pass
    return x * 0


class Affine(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d)), nn.Parameter(torch.zeros(d))

    def forward(self, x):
        return x * self.weight + self.bias
