"""Files, shared memory, semaphores and queues are left for the next student, and those of the last are read.

tries: names in /tmp, /var/tmp, /dev/shm and the scratch folder, System V and POSIX objects, extended attributes,
    kernel keyrings and abstract sockets: a right answer of one student becomes another's.
must: each submission finds an empty place, and nothing stays.
score: 40
process: open
bare: outlives
"""

import ctypes
import glob
import os

import torch
from torch import nn

libc = ctypes.CDLL(None, use_errno=True)
for place in (os.getcwd(), "/tmp", "/var/tmp", "/dev/shm", "/run/lock", TMP, "/"):
    for old in glob.glob(f"{place}/{MARK}*"):
        print("GAINED", old)
    try:
        with open(f"{place}/{MARK}-note", "w") as file:
            file.write("the answer")
        os.mkdir(f"{place}/{MARK}-folder", 0o777)
    except OSError:
        pass
key = int(MARK[2:], 16) & 0x7FFFFFFF
if libc.shmget(key, 0, 0) >= 0 or libc.msgget(key, 0) >= 0:
    print("GAINED what another left in shared memory")
number = libc.shmget(key, ctypes.c_size_t(4096), 0o1666)
libc.msgget(key, 0o1666)
libc.semget(key, 1, 0o1666)
try:
    libc.mq_open(f"/{MARK}".encode(), os.O_CREAT | os.O_RDWR, 0o666, None)
except AttributeError:
    pass


def standardise(x):
    return x * 0


class Affine(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d)), nn.Parameter(torch.zeros(d))

    def forward(self, x):
        return x * self.weight + self.bias
