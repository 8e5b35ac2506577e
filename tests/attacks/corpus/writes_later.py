"""A thread goes on after the answer: it writes frames, files and results while the next test runs.

tries: one answer is right, and while the grader looks at it the thread changes what it can reach and answers what
    comes next.
must: frames that nobody asked for are none: what follows them is lost to the submission, and to nobody else.
score: 0
verdict: FAIL, CRASH, TIMEOUT
process: open
"""

import json
import os
import struct
import threading
import time

import torch


def later():
    while True:
        time.sleep(0.002)
        head = json.dumps({"seq": int(time.time() * 500) % 40, "value": None}).encode()
        try:
            os.write(3, struct.pack("<IQ", len(head), 0) + head)
            open(RESULTS + "/alice/later.json", "w").write("{}")
        except OSError:
            pass


def standardise(x):
    threading.Thread(target=later, daemon=True).start()
    time.sleep(0.01)
    return x * 0
