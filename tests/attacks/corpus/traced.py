"""The zygote, the grader and their neighbours are attached to, read and written.

tries: ptrace(ATTACH, SEIZE), process_vm_readv and writev, pidfd_getfd, kcmp, and /proc/PID/mem for writing, on the
    parent, on process 1 and on the grader.
must: every one of them is refused.
score: 0
verdict: FAIL, CRASH
process: open
"""

import ctypes
import os

import torch

libc = ctypes.CDLL(None, use_errno=True)
PTRACE_ATTACH, PTRACE_SEIZE, PTRACE_DETACH = 16, 0x4206, 17
PIDFD_OPEN, PIDFD_GETFD, VM_READV = 434, 438, 310


def attack(pid):
    space = ctypes.create_string_buffer(64)
    vector = (ctypes.c_uint64 * 2)(ctypes.addressof(space), 64)
    if libc.syscall(VM_READV, pid, vector, 1, (ctypes.c_uint64 * 2)(id(0), 64), 1, 0) > 0:
        print("GAINED memory of", pid)
    fd = libc.syscall(PIDFD_OPEN, pid, 0)
    if fd >= 0:
        for other in range(16):
            if libc.syscall(PIDFD_GETFD, fd, other, 0) >= 0:
                print("GAINED a file descriptor of", pid)
        os.close(fd)
    if os.path.exists(f"/proc/{pid}"):
        try:
            os.close(os.open(f"/proc/{pid}/mem", os.O_RDWR))
            print("GAINED the memory file of", pid)
        except OSError:
            pass
    if libc.ptrace(PTRACE_SEIZE, pid, 0, 0) == 0:
        print("GAINED a trace of", pid)
        libc.ptrace(PTRACE_DETACH, pid, 0, 0)


def standardise(x):
    for pid in {os.getppid(), 1, GRADER} - {0, os.getpid()}:
        attack(pid)
    return x * 0
