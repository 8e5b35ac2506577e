"""Limits, priorities and processors of the zygote and of the grader are taken away.

tries: prlimit (CPU time 1 s, no files, no memory), setpriority, sched_setaffinity, sched_setscheduler and ioprio of
    the parent, of the grader and of the own uid.
must: refused for every process but its own; a real-time priority is refused, too.
score: 0
verdict: FAIL, CRASH
process: never
"""

import os
import resource

import torch


def standardise(x):
    if os.getuid() == 0:
        print("GAINED uid 0")
        return x * 0
    for pid in {os.getppid(), GRADER, 1} - {0, os.getpid()}:
        for what in (
            lambda: resource.prlimit(pid, resource.RLIMIT_CPU, (1, 1)),
            lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE, (1, 1)),
            lambda: os.setpriority(os.PRIO_PROCESS, pid, 19),
            lambda: os.sched_setaffinity(pid, {0}),
        ):
            try:
                what()
                print("GAINED a limit of", pid)
            except OSError:
                pass
    for priority in (lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(99)), lambda: os.nice(-20)):
        try:
            priority()
            print("GAINED a priority")
        except OSError:
            pass
    return x * 0
