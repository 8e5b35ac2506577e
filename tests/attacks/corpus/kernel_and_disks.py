"""The machine is read below its files: raw disks, kernel memory, logs, and files by their handles.

tries: /dev/vda, sda, nvme, dm, loop, mem, kmem, kcore, kmsg, msr; dmesg; open_by_handle_at with handles of
    inode 2 (the way out of a container); mknod of a disk's device.
must: none of them opens.
score: 0
verdict: FAIL
process: never
"""

import ctypes
import glob
import os
import stat
import struct

import torch

libc = ctypes.CDLL(None, use_errno=True)
for pattern in (
    "vd*",
    "sd*",
    "nvme*",
    "dm-*",
    "loop*",
    "mapper/*",
    "mem",
    "kmem",
    "port",
    "kmsg",
    "kvm",
    "cpu/0/msr",
):
    for path in glob.glob("/dev/" + pattern):
        try:
            os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
            print("GAINED", path)
        except OSError:
            pass
for path in (
    "/proc/kcore",
    "/proc/kmem",
    "/dev/kmsg",
    "/proc/sysrq-trigger",
    "/sys/kernel/debug/sched",
    *["/proc/1/mem"] * (os.getpid() != 1),
):
    try:
        os.close(os.open(path, os.O_WRONLY if "sysrq" in path else os.O_RDONLY))
        print("GAINED", path)
    except OSError:
        pass
for major, minor in ((8, 0), (254, 0), (253, 0), (259, 0), (1, 1)):
    name = f"disk{major}-{minor}"
    try:
        os.mknod(name, stat.S_IFBLK | 0o600 if major != 1 else stat.S_IFCHR | 0o600, os.makedev(major, minor))
        os.close(os.open(name, os.O_RDONLY))
        print("GAINED a device", major, minor)
    except OSError:
        pass
root = os.open("/", os.O_RDONLY)
handle = struct.pack("<IiII", 8, 1, 2, 0)
fd = libc.open_by_handle_at(root, handle, os.O_RDONLY)
if fd >= 0:
    print("GAINED the root by its handle")
os.close(root)


def standardise(x):
    return x * 0
