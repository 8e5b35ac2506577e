"""A thread reads requests from file descriptor 3 itself, and answers in the child's place.

tries: requests name the test's next call before it is made; an answer without a call skips the recorder of banned
    functions, and hidden inputs of all tests are collected and printed.
must: what comes back is judged as any answer is: it is wrong; nothing that is printed reaches a student.
score: 0
verdict: FAIL, CRASH, TIMEOUT
"""

import json
import os
import struct

import torch


def frame(head, body=b""):
    raw = head if isinstance(head, bytes) else json.dumps(head).encode()
    return struct.pack("<IQ", len(raw), len(body)) + raw + body


import socket
import threading


def serve():
    line = socket.socket(fileno=os.dup(3))
    while True:
        size, body = struct.unpack("<IQ", line.recv(12, socket.MSG_WAITALL))
        head = json.loads(line.recv(size, socket.MSG_WAITALL))
        data = line.recv(body, socket.MSG_WAITALL) if body else b""
        print("TOLD-", head, data[:64])
        same = {"$": "tensor", "dtype": "float64", "shape": [len(data) // 8]}
        line.sendall(frame({"seq": head["seq"], "value": same if data else None}, data))


for _ in range(3):
    threading.Thread(target=serve, daemon=True).start()


def standardise(x):
    return x * 0
