"""Hidden inputs are sent to the student in whatever the feedback repeats.

tries: exception texts and types, names of attributes, variables and modules, labels of cells, names of returned
    types, dictionary keys, printed lines, warnings, and the reasons that the protocol knows.
must: messages hold words of the kit only; what staff see is never shown to students.
score: 0
verdict: FAIL, NOT_ATTEMPTED, CRASH
bare: leaks
"""

import sys
import warnings

import torch

calls = [0]


def standardise(x):
    text = "TOLD-" + "-".join(f"{v:.9f}" for v in x.flatten()[:4].tolist())
    calls[0] += 1
    print(text, file=sys.stderr)
    warnings.warn(text)
    way = (calls[0] + int(x.numel())) % 8
    if way == 0:
        raise ValueError(text)
    if way == 1:
        raise type(text, (Exception,), {})(text)
    if way == 2:
        __import__(text)
    if way == 3:
        return getattr(x, text)
    if way == 4:
        exec(compile("raise KeyError", f"<{text}>", "exec"))
    if way == 5:
        return type(text, (), {})()
    if way == 6:
        return {text: x}
    return text
