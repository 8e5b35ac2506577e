"""Frames of the submission's own making are written to file descriptor 3.

tries: answers for the next sequence numbers that say PASS, a score, credit 1, and a value that is said to be the
    expected one; with unknown tags, references to the reference's objects and verbs for the other side.
must: there is no such field and no such verb; a frame that nobody asked for ends the child: FAIL or CRASH.
score: 0
verdict: FAIL, CRASH
"""

import json
import os
import struct

import torch


def frame(head, body=b""):
    raw = head if isinstance(head, bytes) else json.dumps(head).encode()
    return struct.pack("<IQ", len(raw), len(body)) + raw + body


def standardise(x):
    for seq in range(200):
        for value in ({"$": "expected"}, {"$": "ref", "handle": 0, "path": "reference", "type": "Tensor"}, None):
            reply = {"seq": seq, "verb": "score", "verdict": "PASS", "score": 100, "credit": 1.0, "value": value}
            os.write(3, frame(reply))
    return torch.zeros_like(x)
