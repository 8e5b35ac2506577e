"""Reads frames as the parent would, and says what must not have happened."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch

from autograder.sandbox import protocol
from autograder.sandbox.answer import Answer, read_answer
from autograder.sandbox.protocol import DTYPES, MAX_DEPTH, ODDITIES, Opaque, ProtocolError, Ref, Seeded
from tests.fuzz.mutations import spoiled
from tests.fuzz.seeds import SEQ, TYPE_NAMES, Frame, valid_frames

BLOCK = 1000
"""Frames that are made from one seed: a run can be taken up between two blocks, and a finding repeated alone."""


@dataclass
class Tally:
    """What became of the frames so far."""

    frames: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    """`value`, `error`, `eof` or the rule that was broken → frames."""
    findings: list[str] = field(default_factory=list)
    """What must not happen, each with the seed, the block and the frame that show it again."""
    peak_kb: int = 0
    """Most memory that one block added to what was resident before it."""


class _Wire:
    """A socket whose other end wrote `data` and closed; it hands out pieces of any size."""

    def __init__(self, data: bytes, chance: Random) -> None:
        self._data, self._at = data, 0
        self._piece = chance.choice((1, 7, 4096, 2**20)) if len(data) < 2000 else 2**20

    def recv_into(self, view: memoryview) -> int:
        piece = self._data[self._at : self._at + min(len(view), self._piece)]
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


def run_block(seed: int, block: int, tally: Tally, seeds: Sequence[Frame] = ()) -> None:
    """Read the frames of one block, made from `seeds`."""
    chance, seeds = Random(f"{seed}:{block}"), seeds or valid_frames()
    forget_peak()
    before = resident_kb("VmRSS")
    for number in range(BLOCK):
        data = spoiled(seeds, chance)
        try:
            tally.ends[read_frame(data, chance)] += 1
        except Exception as error:
            place = f"seed {seed}, block {block}, frame {number}"
            tally.findings.append(f"{place}: {type(error).__name__}: {error} ({data[:300]!r})")
        tally.frames += 1
    tally.peak_kb = max(tally.peak_kb, resident_kb("VmHWM") - before)


def read_frame(data: bytes, chance: Random) -> str:
    """How the frame ended. Raises whatever is not the protocol's own, and AssertionError for a value that breaks a rule."""
    wire: Any = _Wire(data, chance)
    try:
        head, body = protocol.receive(wire)
        answer = read_answer(head, body, SEQ, TYPE_NAMES)
    except ProtocolError as error:
        return _rule(str(error))
    except EOFError:
        return "eof"
    _examine(answer, len(body))
    return "value" if answer.error is None else "error"


def _rule(message: str) -> str:
    return "".join(letter for letter in message if not letter.isdigit())


# ── what was let through ─────────────────────────────────────────────────────────────────────────────────────────


def _examine(answer: Answer, body: int) -> None:
    assert all(isinstance(name, str) and len(name) <= 200 for name in answer.banned)
    if answer.error is not None:
        assert all(len(text or "") <= 2000 for text in (answer.error.missing, answer.error.label, answer.error.text))
        return
    _examine_value(answer.value, 0, body)
    # What came in can go out, and says the same.
    tree, buffers = protocol.encode(answer.value)
    again = protocol.decode(json.loads(json.dumps(tree)), _joined(buffers), TYPE_NAMES)
    assert json.dumps(protocol.encode(again)[0]) == json.dumps(tree)


def _joined(buffers: list[memoryview]) -> Any:
    return protocol.Body(b"".join(bytes(piece) for piece in protocol.frames.with_padding(buffers)))


def _examine_value(value: Any, depth: int, body: int) -> None:
    assert depth <= MAX_DEPTH, "too deep"
    kind = type(value)
    if kind in (list, tuple):
        for item in value:
            _examine_value(item, depth + 1, body)
    elif kind is dict:
        for key, item in value.items():
            _examine_leaf(key)
            assert type(key) in (str, int), "a key of another kind"
            _examine_value(item, depth + 1, body)
    elif isinstance(value, torch.Tensor):
        _examine_tensor(value, body)
    elif isinstance(value, np.ndarray | np.generic):
        assert value.dtype.name in DTYPES, "an array of another dtype"
        assert value.nbytes <= max(body, 16), "larger than its bytes"
        assert value.dtype != bool or not value.size or value.view(np.uint8).max() <= 1, "a truth value of another byte"
    else:
        _examine_leaf(value)


def _examine_tensor(value: torch.Tensor, body: int) -> None:
    assert value.dtype in DTYPES.values()
    assert type(value) is torch.Tensor
    assert value.untyped_storage().nbytes() <= body, "larger than its bytes"
    if value.dtype == torch.bool and value.numel():
        assert int(value.view(torch.uint8).max()) <= 1, "a truth value of 7"
    if value.numel():
        value.detach().flatten()[-1].item()


def _examine_leaf(value: Any) -> None:
    if type(value) is int:
        assert -(2**63) <= value < 2**63, "an integer of more than 64 bits"
    elif type(value) is str:
        assert value.encode().decode() == value
    elif isinstance(value, Ref):
        assert value.type in TYPE_NAMES | {""}, "a name of another's making"
        assert value.handle is not None
        assert not value.path
    elif isinstance(value, Opaque):
        assert value.kind in ODDITIES
    elif isinstance(value, Seeded):
        _examine_leaf(value.seed)
    else:
        assert value is None or type(value) in (bool, torch.dtype) or math.isnan(value) or isinstance(value, float)


# ── memory ───────────────────────────────────────────────────────────────────────────────────────────────────────


def resident_kb(which: str) -> int:
    """`VmRSS`, what is resident, or `VmHWM`, the most that was, in KiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(which))


def forget_peak() -> None:
    """Let `VmHWM` begin anew."""
    Path("/proc/self/clear_refs").write_text("5")
