"""The grader's machine and the world are called: TCP, UDP, DNS, IPv6, netlink, raw sockets.

tries: a service on the grader's own address, its name server, the cloud's metadata address, a public address, and
    socket families that are forgotten easily; io_uring and socketpair as ways around a filter.
must: nothing is reached, and nothing is waited for longer than a call may take.
score: 0
verdict: FAIL, TIMEOUT, CRASH
process: open
bare: reaches
"""

import socket

import torch

for family in range(46):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            line = socket.socket(family, kind)
        except OSError:
            continue
        line.settimeout(0.1)
        for address in (("127.0.0.1", PORT), ("169.254.169.254", 80), ("8.8.8.8", 53), ("172.17.0.1", PORT)):
            if family != socket.AF_INET or kind == socket.SOCK_RAW:
                continue
            try:
                if kind == socket.SOCK_DGRAM:
                    line.sendto(b"hello", address)
                    continue
                line.connect(address)
                print("GAINED", address, line.recv(100))
            except OSError:
                pass
        line.close()
try:
    socket.setdefaulttimeout(0.5)
    if open("/etc/resolv.conf").read().count("nameserver") and socket.gethostbyname("example.com"):
        print("GAINED a name")
except OSError:
    pass


def standardise(x):
    return x * 0
