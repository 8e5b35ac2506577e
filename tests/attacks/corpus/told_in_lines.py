"""One digit of a hidden input is sent as the line on which the answer fails.

tries: feedback names the line of an exception, on purpose; a submission of many lines chooses one by a hidden input.
must: only lines that exist are named; inputs are drawn anew for every run, so that what is learned is of no use.
score: 0
verdict: FAIL
residual: The line is told on purpose: a few bits of an input that is never drawn again.
"""

import torch


def standardise(x):
    digit = int(abs(float(x.flatten()[0])) * 10) % 10
    if digit < 3:
        raise ValueError
    if digit < 6:
        raise ValueError
    raise ValueError
