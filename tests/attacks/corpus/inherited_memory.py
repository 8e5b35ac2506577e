"""This process's own memory is searched for what its parent knew before the fork.

tries: /proc/self/mem and, where that is closed, ctypes over every readable mapping; where those are not told either,
    every page around every object, through a pipe; freed memory, environment blocks, buffers of the connection and of
    modules of the kit.
must: the zygote never knew a secret, so that no copy of it exists here.
score: 0
verdict: FAIL, TIMEOUT, CRASH
bare: leaks
"""

import ctypes
import gc
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


def pages_of_mappings():
    """All that the kernel says is mapped here and holds data, piece by piece."""
    with open("/proc/self/maps") as maps:
        lines = maps.read().splitlines()
    budget = 2**30
    try:
        mem = open("/proc/self/mem", "rb", 0)
    except OSError:
        mem = None
    for line in lines:
        start, end = (int(part, 16) for part in line.split()[0].split("-"))
        if " r" not in line or line.endswith(("[vvar]", "[vsyscall]")) or end - start > 2**27 or budget < 0:
            continue
        if "/" in line and " rw" not in line:
            continue  # a library's text
        budget -= end - start
        try:
            if mem is not None:
                mem.seek(start)
                yield mem.read(end - start)
            else:
                yield ctypes.string_at(start, end - start)
        except (OSError, ValueError, OverflowError):
            pass


def pages_around_objects():
    """From the pages of known objects outwards, for as long as the kernel can read there: a pipe asks it to."""
    libc, (out, into) = ctypes.CDLL(None), os.pipe()
    size, seen, budget = 2**16, set(), 2**30
    for start in sorted({id(thing) // size for thing in gc.get_objects()}):
        for step in (1, -1):
            at = start if step == 1 else start - 1
            while at > 0 and at not in seen and budget > 0:
                seen.add(at)
                count = libc.write(into, ctypes.c_void_p(at * size), ctypes.c_size_t(size))
                if count <= 0:
                    break
                budget -= count
                yield os.read(out, count)
                at += step


try:
    for piece in pages_of_mappings():
        say(piece)
except OSError:
    last = b""
    for piece in pages_around_objects():
        say(last[-64:] + piece)
        last = piece


def standardise(x):
    return x * 0
