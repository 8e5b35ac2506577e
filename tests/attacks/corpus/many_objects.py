"""Objects without end are kept in the child, each with a name that was made at run time.

tries: handles, names and types of kept objects fill the grader's tables and its messages.
must: what is kept is kept in the child, within its memory; names of its making are not told.
score: 0
verdict: FAIL, MEMORY, TIMEOUT
"""

import torch


def standardise(x):
    return [type(f"TOLD-{int(x.sum() * 1e6)}-{i}", (), {})() for i in range(2000)]
