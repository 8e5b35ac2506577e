"""The grader's own modules are imported and asked: tests, reference, context, plugin, cache.

tries: sys.modules, sys.path with the hidden folder in it, importlib from a file, the package's tests and courses,
    checks.context.current(), and the reference_cache of every live object.
must: they cannot be read, or know nothing in this process.
score: 0
verdict: FAIL
process: open
bare: leaks
"""

import gc
import importlib.util
import os
import re
import sys

import torch

PATTERN = re.compile(b"canary-" + b"[a-z]+-[0-9a-f]{32}")


def say(data):
    """Everything secret in data goes out on every way there is."""
    for found in set(PATTERN.findall(data)):
        print(found.decode())
        told.append(found.decode())


told = []

sys.path[:0] = [HIDDEN, COURSE, KIT, COURSE + "/solutions/scale"]
for name in ("test_standardise", "test_affine", "conftest", "reference", "scale", "gradus_reference"):
    try:
        module = __import__(name)
        say(repr(vars(module)).encode())
        if hasattr(module, "standardise"):
            print("GAINED the reference")
    except BaseException:
        pass
try:
    for file in os.listdir(HIDDEN):
        spec = importlib.util.spec_from_file_location("stolen", os.path.join(HIDDEN, file))
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        say(repr(vars(module)).encode())
except BaseException:
    pass
try:
    from autograder.checks.context import current

    say(repr(current()).encode())
    print("GAINED the grader's context")
except BaseException:
    pass
for name, module in list(sys.modules.items()):
    try:
        say(repr(vars(module)).encode())
    except BaseException:
        pass
for thing in gc.get_objects():
    if type(thing) is dict and ("reference_cache" in thing or "SECRET" in thing):
        say(repr(thing).encode())


def standardise(x):
    return x * 0
