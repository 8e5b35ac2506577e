"""Frames without end, as fast as the connection takes them.

tries: the grader reads, and keeps, whatever comes.
must: one frame is read for a request; what follows is out of order: CRASH; the grader does not grow.
score: 0
verdict: CRASH, FAIL, TIMEOUT
"""

import json
import os
import struct

import torch


def frame(head, body=b""):
    raw = head if isinstance(head, bytes) else json.dumps(head).encode()
    return struct.pack("<IQ", len(raw), len(body)) + raw + body


def standardise(x):
    data = frame({"seq": 1, "value": None}, b"\0" * 2**20) * 4
    while True:
        os.write(3, data)
