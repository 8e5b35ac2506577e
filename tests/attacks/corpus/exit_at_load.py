"""The process ends with the exit code of success while the module is loaded.

tries: a grader that goes by exit codes, or that dies with its child, has no result, or a good one.
must: CRASH in every criterion; a result is written.
score: 0
verdict: CRASH
bare: ends
"""

import os

os._exit(0)
