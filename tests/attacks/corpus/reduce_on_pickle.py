"""The answer runs code in whoever pickles and unpickles it.

tries: __reduce__ and __reduce_ex__ of the answer, of a list and of a dict around it call a function that writes
    into the results folder, once where it is loaded.
must: nothing is pickled in either direction; the object stays in the child: FAIL.
score: 0
verdict: FAIL
bare: overwrites
"""

import glob
import os

import torch


def write(code):
    exec(code, {})


class Bomb:
    def __reduce_ex__(self, protocol):
        code = f"import glob\nfor f in glob.glob({RESULTS!r} + '/*/result.json'): open(f, 'w').write('{{}}')"
        return exec, (code, {})

    __reduce__ = lambda self: self.__reduce_ex__(2)


calls = [0]


def standardise(x):
    calls[0] += 1
    return [Bomb(), [Bomb()], {"y": Bomb()}, (Bomb(), x)][calls[0] % 4]
