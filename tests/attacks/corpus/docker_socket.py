"""The container daemon is asked for a container that mounts the machine's root.

tries: docker.sock, containerd.sock, podman.sock, crio.sock and TCP 2375, which give whoever talks to them the
    machine.
must: none can be reached.
score: 0
verdict: FAIL, CRASH
process: open
"""

import glob
import os
import socket

import torch

places = ["/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock"]
for path in [*places, "/run/crio/crio.sock", *glob.glob("/run/user/*/*.sock"), *glob.glob("/host/**/docker.sock")]:
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(0.3)
            line.connect(path)
            line.sendall(b"GET /version HTTP/1.0\r\n\r\n")
            print("GAINED", path, line.recv(20))
    except OSError:
        pass
for port in (2375, 2376):
    try:
        with socket.create_connection(("127.0.0.1", port), 0.2):
            print("GAINED port", port)
    except OSError:
        pass


def standardise(x):
    return x * 0
