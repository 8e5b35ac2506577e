"""File descriptors 0 to 255 are closed, doubled over each other and filled with rubbish.

tries: the grader's end of a connection or of the output hangs, or an error of its own ends it.
must: CRASH, at once, and nothing but the connection is lost.
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


import random


def standardise(x):
    ends = os.pipe()
    for fd in range(3, 256):
        try:
            os.dup2(random.choice([0, 1, 2, *ends]), fd)
        except OSError:
            pass
    os.closerange(0, 256)
    return x


class Affine:
    def __new__(cls, d):
        import fcntl

        fcntl.fcntl(3, fcntl.F_SETFL, os.O_NONBLOCK | os.O_APPEND)
        import socket

        line = socket.socket(fileno=3)
        line.shutdown(socket.SHUT_RD)
        line.sendall(b"GET / HTTP/1.1\r\n\r\n" * 1000)
        line.shutdown(socket.SHUT_WR)
