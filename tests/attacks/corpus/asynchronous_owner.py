"""The grader is made the owner of file descriptors that send a signal when something arrives.

tries: fcntl F_SETOWN and F_SETOWN_EX with F_SETSIG = SIGKILL on the connection, pipes and the output, for the
    grader, the zygote and every process group; then the connection becomes readable. A lease and a directory
    notification are tried in the same way.
must: no signal reaches a process of another uid; the answer is wrong.
score: 0
verdict: FAIL, CRASH, TIMEOUT
process: never
"""

import fcntl
import os
import signal
import struct

import torch

F_SETSIG, F_SETOWN_EX = 10, 15


def standardise(x):
    read, write = os.pipe()
    for target in {GRADER, os.getppid(), -os.getppid(), 1}:
        if os.getuid() == 0 and target == 1:
            continue
        for fd in (3, 0, 1, read, write):
            try:
                fcntl.fcntl(fd, F_SETSIG, signal.SIGKILL)
                fcntl.fcntl(fd, fcntl.F_SETOWN, target)
                fcntl.fcntl(fd, F_SETOWN_EX, struct.pack("ii", 1, abs(target)))
                fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_ASYNC)
            except OSError:
                pass
        os.write(write, b"now")
        try:
            watch = os.open(".", os.O_RDONLY)
            fcntl.fcntl(watch, F_SETSIG, signal.SIGKILL)
            fcntl.fcntl(watch, fcntl.F_SETOWN, target)
            fcntl.fcntl(watch, fcntl.F_NOTIFY, fcntl.DN_CREATE | fcntl.DN_MULTISHOT)
            open(f"n{target}", "w").close()
        except OSError:
            pass
    return x * 0
