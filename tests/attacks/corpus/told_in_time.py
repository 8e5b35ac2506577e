"""Hidden inputs are sent to the student as seconds.

tries: the answer sleeps as long as a digit of the hidden input says; feedback, or the platform's page, says how
    long grading took.
must: what students see holds whole seconds only.
score: 40
verdict: FAIL
untold: "execution_time": 0.
residual: Whole seconds are told, and a platform has a clock of its own; nothing finer.
"""

import time

import torch
from torch import nn


def standardise(x):
    time.sleep(0.1 * (int(abs(float(x.flatten()[0])) * 10) % 3))
    return x * 0


class Affine(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d)), nn.Parameter(torch.zeros(d))

    def forward(self, x):
        return x * self.weight + self.bias
