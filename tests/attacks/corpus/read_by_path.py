"""Hidden tests, the reference, the rubric and everybody's results are read by their paths.

tries: the folders are known; they are walked by name, by os.scandir, through the scratch folder's parents, through
    case and Unicode variants, and through every place where a copy may lie.
must: none of them can be opened.
score: 0
verdict: FAIL
process: open
bare: leaks
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


def look(folder, most=4000):
    count = 0
    for root, folders, files in os.walk(folder):
        folders[:] = [f for f in folders if f not in ("proc", "sys", "site-packages", "dist-packages", "venv")]
        for name in files:
            count += 1
            if count > most:
                return
            if name.endswith((".py", ".json", ".yaml", ".ipynb", ".html")):
                try:
                    with open(os.path.join(root, name), "rb") as file:
                        say(file.read(2**20))
                except OSError:
                    pass


for place in (HIDDEN, COURSE, RESULTS, os.path.dirname(COURSE), os.getcwd(), os.path.dirname(os.getcwd()), TMP):
    look(place)
look("/autograder")
look("/home")
if told:
    raise ValueError(" ".join(told))


def standardise(x):
    return x * 0
