"""JSON of 30,000 brackets, numbers of 60,000 digits, repeated keys, NaN and halves of surrogate pairs.

tries: the parser of heads runs out of stack or time, or lets a value through that no result file can hold.
must: CRASH or FAIL by the protocol's own error; the grader goes on.
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


HEADS = [
    b"[" * 30_000 + b"]" * 30_000,
    b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    b'{"seq":' + b"9" * 60_000 + b"}",
    b'{"seq":1,"value":NaN}',
    b'{"seq":1,"seq":2,"value":Infinity}',
    b'{"seq":1,"value":"\\ud800"}',
    b'{"seq":1.0,"value":1e999}',
    b'{"seq":true,"value":' + b"[" * 500 + b"]" * 500 + b"}",
    b"\xff\xfe\0\0",
    b"",
    b"null",
]
scratch = "n"


def standardise(x):
    import hashlib

    # Another head in every process: a child dies of each.
    which = int.from_bytes(os.urandom(2), "big") % len(HEADS)
    os.write(3, frame(HEADS[which]))
    return x * 0


class Affine:
    def __new__(cls, d):
        os.write(3, frame(HEADS[0]))
