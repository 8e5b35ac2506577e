"""Half a frame, and then the end: by leaving, by closing the connection, by silence.

tries: the grader waits for ever for the other half, or takes what it has.
must: CRASH where the connection ended, TIMEOUT where it is silent.
score: 0
verdict: CRASH, TIMEOUT
"""

import json
import os
import struct

import torch


def frame(head, body=b""):
    raw = head if isinstance(head, bytes) else json.dumps(head).encode()
    return struct.pack("<IQ", len(raw), len(body)) + raw + body


def standardise(x):
    os.write(3, frame({"seq": 3, "value": {"$": "tensor", "dtype": "float64", "shape": [9]}}, b"\0" * 72)[:-30])
    os._exit(0)


class Affine:
    def __new__(cls, d):
        os.write(3, b"\x05\0")
        os.close(3)
        import time

        time.sleep(60)
