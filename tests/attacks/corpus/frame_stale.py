"""Answers that were sent before they were asked for, out of order, twice, and with sequence numbers of the past.

tries: a thread answers every request with one prepared frame, so that a slow or crashing function still has an
    answer that is somebody's right one.
must: an answer is taken for its own request only; CRASH, or FAIL where a forged value is read and is wrong.
score: 0
verdict: CRASH, FAIL
"""

import json
import os
import struct

import torch


def frame(head, body=b""):
    raw = head if isinstance(head, bytes) else json.dumps(head).encode()
    return struct.pack("<IQ", len(raw), len(body)) + raw + body


import threading

VALUE = {"$": "tensor", "dtype": "float32", "shape": [1]}


def spray():
    for again in range(3):
        for seq in (*range(30), 5, 4, 3, 2, 1, 0, -1, 2**63):
            os.write(3, frame({"seq": seq, "value": VALUE}, b"\0" * 64))


def standardise(x):
    thread = threading.Thread(target=spray)
    thread.start()
    thread.join(1)
    return x * 0
