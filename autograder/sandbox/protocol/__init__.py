"""Frames between parent and child: a JSON head and raw buffers, never pickle.

    frame := head length (u32 LE) · body length (u64 LE) · head (JSON, UTF-8) · body
    head  := {"seq": int, "verb": str, "value": tree, …}

A tree is JSON; what JSON cannot say is an object with the key `$`: `{"$": "tensor", "dtype": "float32", "shape":
[5, 3]}` takes its bytes from the body, in the order in which tensors stand in the tree, each padded to 64 bytes. One
that is not contiguous also says how its axes lie in memory (`axes`, outermost first) and whether there are
gaps between its elements (`gap`): it arrives as a view of that kind, without a copy. Fields that are not known are
refused.
Sizes are checked before memory is taken. Whoever reads a frame trusts nothing in it: every violation is a
`ProtocolError`. No text of the other side's own making says what a value is: a value that cannot cross is one word
of `ODDITIES`.

This package is half of what a sandbox can see of us (the other is `autograder.child`): it imports nothing else.
"""

from autograder.sandbox.protocol.decoding import clean, decode
from autograder.sandbox.protocol.encoding import Keep, encode, oddity, refuse
from autograder.sandbox.protocol.frames import Body, receive, send
from autograder.sandbox.protocol.vocabulary import (
    ARRAY_DTYPES,
    BROKEN_CONNECTION,
    DTYPES,
    MAX_BODY,
    MAX_DEPTH,
    MAX_DIMS,
    MAX_HEAD,
    ODDITIES,
    Opaque,
    ProtocolError,
    Ref,
    Seeded,
    TooMuch,
    Uncrossable,
)

__all__ = [
    "ARRAY_DTYPES",
    "BROKEN_CONNECTION",
    "DTYPES",
    "MAX_BODY",
    "MAX_DEPTH",
    "MAX_DIMS",
    "MAX_HEAD",
    "ODDITIES",
    "Body",
    "Keep",
    "Opaque",
    "ProtocolError",
    "Ref",
    "Seeded",
    "TooMuch",
    "Uncrossable",
    "clean",
    "decode",
    "encode",
    "oddity",
    "receive",
    "refuse",
    "send",
]
