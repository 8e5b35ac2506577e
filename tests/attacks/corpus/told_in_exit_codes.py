"""Hidden inputs are sent to the student in exit codes, in signals and in the choice of a verdict.

tries: os._exit(n), where n is a byte of the hidden input; the message says the exit code.
must: an exit code is not told to students; only the verdict, one of a few words, is.
score: 0
verdict: CRASH
untold: 197
"""

import os

import torch


def standardise(x):
    os._exit(197)
