"""All clocks stand still, and the timer of every limit is taken away.

tries: time, signal.alarm and setitimer are patched, limits are raised with setrlimit, CPU signals ignored; then
    the answer takes for ever.
must: the clock is the grader's: TIMEOUT after the call's limit, and the next submission is graded.
score: 0
verdict: TIMEOUT
"""

import resource
import signal
import time

import torch

time.time = time.monotonic = time.perf_counter = time.process_time = lambda: 0.0
signal.alarm = lambda *a: 0
for number in (signal.SIGALRM, signal.SIGXCPU, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGVTALRM):
    signal.signal(number, signal.SIG_IGN)
for kind in (resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_DATA, resource.RLIMIT_FSIZE):
    for limit in ((-1, -1), (resource.getrlimit(kind)[1],) * 2):
        try:
            resource.setrlimit(kind, limit)
        except (ValueError, OSError):
            pass


def standardise(x):
    while True:
        pass
