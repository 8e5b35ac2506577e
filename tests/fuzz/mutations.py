"""Ways to spoil a frame: its tree, its text, its lengths, its body, and how it arrives."""

from __future__ import annotations

import copy
import json
import struct
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from autograder.sandbox.protocol import DTYPES, MAX_BODY, MAX_HEAD, ODDITIES
from tests.fuzz.seeds import Frame

NUMBERS = [
    0, 1, 2, 3, -1, 7, 24, 25, 64, 77, 2**28, 2**28 + 1, 2**31 - 1, 2**31, 2**53, 2**62, 2**63 - 1, 2**63, -(2**63) - 1,
    10**20, 10**100, 0.5, -0.0, 1e308,
]  # fmt: skip
TAGS = ["tuple", "dict", "float", "tensor", "array", "ref", "generator", "dtype", "opaque", "pickle", "$", ""]
FIELDS = [
    "$",
    "v",
    "dtype",
    "shape",
    "grad",
    "axes",
    "gap",
    "scalar",
    "handle",
    "path",
    "type",
    "seed",
    "kind",
    "strided",
]
WORDS = [*TAGS, *DTYPES, *ODDITIES, "object", "U9", "datetime64", "nan", "inf", "LSTM", "S123", "\ud800", "x" * 300]
TOKENS = [
    b"1e999", b"-1e999", b"NaN", b"Infinity", b"-0", b"9" * 30, b"9" * 5000, b"1." + b"0" * 99, b"[", b"]", b"{", b"}",
    b'"', b"\\", b'"\\ud800"', b"\xff", b"\x00", b"null", b"true", b",", b":", b'"$":"tensor",', b'"seq":77,', b"\xef\xbb\xbf",
    b"[" * 90 + b"]" * 90, b'{"a":' * 90 + b"1" + b"}" * 90,
]  # fmt: skip


def spoiled(seeds: Sequence[Frame], chance: Random) -> bytes:
    """The bytes of one frame, wrong in one to four ways, or in none."""
    head, body = chance.choice(seeds)
    if chance.random() < 0.7:
        head = copy.deepcopy(head)
        for _ in range(chance.randint(1, 3)):
            _spoil_tree(head, chance)
    if chance.random() < 0.25:
        body = _spoil_body(body, chance)
    raw = json.dumps(head).encode()
    if chance.random() < 0.2:
        raw = _spoil_text(raw, chance)
    return _framed(raw, body, chance)


# ── the tree ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _places(node: Any) -> list[tuple[Any, Any]]:
    """(container, key) of everything inside `node`, without recursion."""
    found, waiting = [], [node]
    while waiting:
        one = waiting.pop()
        keys: Any = one.keys() if isinstance(one, dict) else range(len(one)) if isinstance(one, list) else ()
        for key in keys:
            found.append((one, key))
            waiting.append(one[key])
    return found


def _spoil_tree(head: dict[str, Any], chance: Random) -> None:
    places = _places(head)
    if not places:
        return
    container, key = chance.choice(places)
    chance.choice(_TREE)(container, key, chance, places)


def _replace(container: Any, key: Any, chance: Random, places: Any) -> None:
    container[key] = _atom(chance)


def _nudge(container: Any, key: Any, chance: Random, places: Any) -> None:
    """Another value of the same kind: the closest to being right."""
    old = container[key]
    if isinstance(old, bool):
        container[key] = not old
    elif isinstance(old, int):
        container[key] = old + chance.choice((-1, 1, 2, 2**20)) if chance.random() < 0.5 else chance.choice(NUMBERS)
    elif isinstance(old, str):
        container[key] = chance.choice(WORDS) if chance.random() < 0.8 else old + "\ud800"
    elif isinstance(old, list) and old:
        chance.shuffle(old)
    else:
        container[key] = _atom(chance)


def _wrap(container: Any, key: Any, chance: Random, places: Any) -> None:
    wrappers: list[Callable[[Any], Any]] = [
        lambda x: [x],
        lambda x: {"$": "tuple", "v": [x]},
        lambda x: {"$": "dict", "v": [["a", x]]},
    ]
    for _ in range(chance.choice((1, 1, 2, 5, 23, 30))):
        container[key] = chance.choice(wrappers)(container[key])


def _remove(container: Any, key: Any, chance: Random, places: Any) -> None:
    del container[key]


def _insert(container: Any, key: Any, chance: Random, places: Any) -> None:
    if isinstance(container, dict):
        container[chance.choice(FIELDS)] = _atom(chance)
    else:
        container.insert(key, _atom(chance))


def _copy_there(container: Any, key: Any, chance: Random, places: Any) -> None:
    """A piece of the same frame at another place: dtypes for shapes, tensors for keys."""
    source, name = chance.choice(places)
    if len(places) < 500 and name in (source if isinstance(source, dict) else range(len(source))):
        container[key] = copy.deepcopy(source[name])


def _double(container: Any, key: Any, chance: Random, places: Any) -> None:
    if isinstance(container, list) and len(places) < 500:
        container.insert(key, copy.deepcopy(container[key]))
    else:
        _insert(container, key, chance, places)


def _retag(container: Any, key: Any, chance: Random, places: Any) -> None:
    tagged = [one for one, name in places if name == "$"]
    if tagged:
        chance.choice(tagged)["$"] = chance.choice(TAGS)


def _reshape(container: Any, key: Any, chance: Random, places: Any) -> None:
    """Shapes, dtypes and axes of tensors, which decide about memory."""
    tensors = [one for one, name in places if name == "shape" and isinstance(one, dict)]
    if not tensors:
        return
    tensor = chance.choice(tensors)
    if chance.random() < 0.15 and isinstance(tensor["shape"], list):  # what belongs together
        count = len(tensor["shape"])
        tensor["axes"], tensor["gap"] = chance.sample(range(count), count), chance.random() < 0.7
        return
    field = chance.choice(("shape", "shape", "dtype", "axes", "gap", "grad", "scalar"))
    axes = chance.randint(0, 4)
    tensor[field] = {
        "shape": [chance.choice((0, 1, 2, 3, 16, 64, 2**14, 2**28, 2**40)) for _ in range(axes if axes < 4 else 17)],
        "dtype": chance.choice(WORDS),
        "axes": chance.sample(range(axes), axes),
        "gap": True,
        "grad": True,
        "scalar": True,
    }[field]


def _atom(chance: Random) -> Any:
    kind = chance.randrange(6)
    if kind == 0:
        return chance.choice(NUMBERS)
    if kind == 1:
        return chance.choice(WORDS)
    if kind == 2:
        return chance.choice((None, True, False))
    if kind == 3:
        return [chance.choice(NUMBERS) for _ in range(chance.randrange(4))]
    if kind == 4:
        return {"$": chance.choice(TAGS), chance.choice(FIELDS): chance.choice(NUMBERS)}
    return {"$": "tensor", "dtype": chance.choice(list(DTYPES)), "shape": [chance.randrange(4)]}


_TREE = [_replace, _nudge, _nudge, _wrap, _remove, _insert, _copy_there, _double, _retag, _reshape, _reshape]


# ── text, body, lengths ──────────────────────────────────────────────────────────────────────────────────────────


def _spoil_text(raw: bytes, chance: Random) -> bytes:
    text = bytearray(raw)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(text) + 1)
        kind = chance.randrange(5)
        if kind == 0 and at < len(text):
            text[at] = chance.randrange(256)
        elif kind == 1:
            del text[at : at + chance.randrange(12)]
        elif kind == 2:
            text[at:at] = text[at : at + chance.randrange(40)]
        elif kind == 3:
            text[at:at] = chance.choice(TOKENS)
        else:
            digits = [place for place, byte in enumerate(text) if 48 <= byte < 58]
            if digits:
                place = chance.choice(digits)
                text[place : place + 1] = chance.choice(TOKENS)
    return bytes(text)


def _spoil_body(body: bytes, chance: Random) -> bytes:
    kind = chance.randrange(4)
    if kind == 0:
        return body[: chance.randrange(len(body) + 1)]
    if kind == 1:
        return body + bytes(chance.choice((1, 63, 64, 128)))
    if kind == 2:
        return chance.randbytes(len(body))
    return body * 2


def _framed(raw: bytes, body: bytes, chance: Random) -> bytes:
    if chance.random() < 0.01:
        return chance.randbytes(chance.randrange(200))
    if chance.random() < 0.002:  # more than is taken at once
        raw, body = b'{"seq":77,"value":{"$":"tensor","dtype":"bool","shape":[2200000]}}', chance.randbytes(2_200_000)
    head_size, body_size = len(raw), len(body)
    if chance.random() < 0.08:
        head_size = chance.choice((0, head_size - 1, head_size + 1, MAX_HEAD, MAX_HEAD + 1, 2**32 - 1))
    if chance.random() < 0.08:
        body_size = chance.choice((0, body_size + 1, MAX_BODY, MAX_BODY + 1, 2**63, 2**64 - 1))
    data = struct.pack("<IQ", max(head_size, 0), body_size) + raw + body
    return data[: chance.randrange(len(data))] if chance.random() < 0.03 else data
