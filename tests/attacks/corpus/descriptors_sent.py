"""Hundreds of open files, a pipe's ends and the connection itself are sent along with a frame.

tries: ancillary data on the Unix socket fills the grader's table of files, or makes it hold an end of its own
    connection so that it never closes.
must: the grader takes no descriptors; what is wrong stays wrong.
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


import array
import socket


def standardise(x):
    line = socket.socket(fileno=os.dup(3))
    ends = [fd for _ in range(40) for fd in os.pipe()] + [3] * 100
    for _ in range(20):
        line.sendmsg([b"\0"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", ends))])
    return x * 0
