"""Every answer is as large as an answer may be: 255 MB of bytes for a tensor of twelve numbers.

tries: the grader decodes, doubles, converts and compares hundreds of megabytes a call, and keeps them.
must: FAIL by shape; the grader is as large afterwards as before, and the next submission as quick.
score: 0
verdict: FAIL, MEMORY, TIMEOUT
"""

import torch


def standardise(x):
    return torch.zeros(250 * 2**20, dtype=torch.bool)
