"""A frame that says it is 2^64 bytes long, or 256 MiB, and sends little of it.

tries: the grader takes the memory that the prefix announces.
must: a size over the limit is refused before memory is taken, one below it is waited for until the call's limit.
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


calls = [0]


def standardise(x):
    calls[0] += 1
    os.write(3, struct.pack("<IQ", 2**32 - 1, 2**64 - 1))
    return x * 0


class Affine:
    def __new__(cls, d):
        os.write(3, struct.pack("<IQ", 20, 2**28) + b'{"seq":1,"value":1}\n')
        import time

        time.sleep(60)
