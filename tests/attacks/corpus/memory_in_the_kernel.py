"""Memory is taken where no process's own size shows it: files in memory, pipes, sockets, shared segments, keys.

tries: memfd and /dev/shm files, hundreds of pipes of 1 MiB, socket buffers, System V segments that outlive the
    process, message queues, inotify watches and page tables.
must: a limit stops it: MEMORY, FAIL, CRASH or a wrong answer; nothing of it stays.
score: 40
verdict: MEMORY, FAIL, CRASH, TIMEOUT
process: never
"""

import ctypes
import fcntl
import os
import socket

import torch
from torch import nn

libc = ctypes.CDLL(None, use_errno=True)
held = []


def until_refused(step, most=400):
    for _ in range(most):
        try:
            held.append(step())
        except OSError:
            return


def memory_file():
    fd = os.memfd_create(MARK)
    os.write(fd, b"\1" * 2**23)
    return fd


def pipe():
    read, write = os.pipe()
    fcntl.fcntl(write, 1031, 2**20)
    os.set_blocking(write, False)
    os.write(write, b"\1" * 2**20)
    return read, write


def pair():
    one, other = socket.socketpair()
    one.setblocking(False)
    one.send(b"\1" * 2**20)
    return one, other


def segment():
    number = libc.shmget(0, ctypes.c_size_t(2**24), 0o1600)
    if number < 0:
        raise OSError
    libc.shmat.restype = ctypes.c_void_p
    address = libc.shmat(number, None, 0)
    if address in (None, 2**64 - 1):
        raise OSError
    ctypes.memset(address, 1, 2**24)
    return number


def standardise(x):
    until_refused(memory_file)
    until_refused(segment)
    for fd in held[:50]:
        if isinstance(fd, int):
            try:
                os.close(fd)
            except OSError:
                pass
    until_refused(pipe)
    until_refused(pair)
    return x * 0


class Affine(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d)), nn.Parameter(torch.zeros(d))

    def forward(self, x):
        return x * self.weight + self.bias
