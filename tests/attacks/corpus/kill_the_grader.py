"""The grader itself is killed, stopped, and asked for a core.

tries: SIGKILL and SIGSTOP to the grader's process, by its number, by a pidfd, and by a scan of all numbers for a
    process that this one may signal.
must: it cannot be reached; nobody's result is lost.
score: 0
verdict: FAIL, CRASH
process: never
"""

import os
import signal

import torch


def standardise(x):
    if os.getuid() == 0 and os.path.exists(f"/proc/{GRADER}"):
        print("GAINED the grader's own uid")
        return x * 0
    for number in (0, signal.SIGSTOP, signal.SIGKILL):
        try:
            os.kill(GRADER, number)
            print("GAINED a signal to the grader")
        except OSError:
            pass
        try:
            signal.pidfd_send_signal(os.pidfd_open(GRADER), number)
            print("GAINED a signal to the grader")
        except OSError:
            pass
    for pid in range(2, 4096):
        try:
            if pid not in (os.getpid(), os.getppid()):
                os.kill(pid, signal.SIGKILL)
                print("GAINED a signal to", pid)
        except OSError:
            pass
    return x * 0
