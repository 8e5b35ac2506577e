"""An answer that arrives byte by byte, each within the limit of a read.

tries: a limit that begins anew with every byte is no limit; one submission holds the grader for a day.
must: the call's limit is one deadline: TIMEOUT.
score: 0
verdict: TIMEOUT
"""

import json
import os
import struct

import torch


def frame(head, body=b""):
    raw = head if isinstance(head, bytes) else json.dumps(head).encode()
    return struct.pack("<IQ", len(raw), len(body)) + raw + body


import time


def standardise(x):
    for byte in frame({"seq": 1, "value": {"$": "tensor", "dtype": "float64", "shape": [512]}}, b"\0" * 4096):
        os.write(3, bytes([byte]))
        time.sleep(0.02)
    return x
