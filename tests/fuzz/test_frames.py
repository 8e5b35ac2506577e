"""No frame does anything but be read or be refused, and each rule that is left out is missed by the judge."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.sandbox import answer
from autograder.sandbox.protocol import decoding, frames
from autograder.sandbox.protocol.vocabulary import ARRAY_DTYPES, ProtocolError
from tests.fuzz.judge import Tally, run_block
from tests.fuzz.mutations import spoiled
from tests.fuzz.seeds import valid_frames

ROOT = Path(__file__).parents[2]
MOST_KB = 32 * 1024
"""A head may make lists of a few MiB, and bodies of 2 MiB are copied a few times to be judged; a prefix may ask for 256."""


def judged(blocks: int, seed: int = 5) -> Tally:
    tally = Tally()
    for block in range(blocks):
        run_block(seed, block, tally)
    return tally


def test_3000_frames_are_read_or_refused() -> None:
    tally = judged(3)
    assert tally.findings == []
    assert tally.frames == 3000
    assert tally.ends["value"] > 300
    assert len(tally.ends) > 25, "the frames do not get far"
    assert tally.peak_kb < MOST_KB


@pytest.mark.slow
def test_100000_frames_are_read_or_refused_in_little_memory(tmp_path: Path) -> None:
    """In a process of its own, whose memory the kernel limits; the run is stopped and taken up again."""
    call = [sys.executable, "-m", "tests.fuzz", "--seed", "9", "--state", str(tmp_path / "state.json"), "--frames"]
    for frames_so_far in (50_000, 100_000):
        done = subprocess.run([*call, str(frames_so_far)], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    kept = json.loads((tmp_path / "state.json").read_text())
    assert kept["frames"] == sum(kept["ends"].values()) == 100_000
    assert kept["peak_kb"] < MOST_KB


def test_every_frame_to_begin_with_is_valid() -> None:
    """Otherwise what is made from them would end at the first rule."""
    for head, body in valid_frames():
        raw = json.dumps(head).encode()
        assert frames.read_head(raw) == head
        answer.read_answer(head, frames.Body(body), head["seq"], frozenset({"LSTM"}))


def test_frames_repeat_by_their_seed() -> None:
    from random import Random

    one, other = Random("5:0"), Random("5:0")
    assert [spoiled(valid_frames(), one) for _ in range(50)] == [spoiled(valid_frames(), other) for _ in range(50)]


# ── the judge can fail: a rule is taken out, and it is missed ────────────────────────────────────────────────────


def _without_size_check(self: Any, shape: list[int], itemsize: int, *, truth: bool) -> tuple[int, int]:
    offset, self.offset = self.offset, len(self.body)
    return 2 ** len(shape), offset


def _take_keeping_bytes(self: Any, shape: list[int], itemsize: int, *, truth: bool) -> tuple[int, int]:
    return _TAKE(self, shape, itemsize, truth=False)


def _any_shape(tree: dict[str, Any]) -> Any:
    return tree.get("shape")


def _short(sock: Any, size: int, arm: Callable[[], None]) -> frames.Body:
    data = frames.Body(size)
    got = sock.recv_into(memoryview(data))
    return frames.Body(data[:got])


def _ref_under_any_name(tree: dict[str, Any], reader: Any, depth: int) -> Any:
    reader.type_names = None
    return _REF(tree, reader, depth)


def _any_json(raw: bytes) -> Any:
    return json.loads(raw)


class _Anything:
    def __contains__(self, word: str) -> bool:
        return True


_TAKE, _REF = decoding._BodyReader.take, decoding._decode_ref
_DECODERS = decoding._DECODERS
PLANTED: dict[str, tuple[Any, str, Any, str, str]] = {
    "integers of any size": (decoding, "_whole", lambda value: value, "", "an integer of more than 64 bits"),
    "any depth": (decoding, "MAX_DEPTH", 10**6, "", "too deep"),
    "any dtype of an array": (
        decoding,
        "ARRAY_DTYPES",
        {*ARRAY_DTYPES, "object", "U9"},
        "array",
        "ValueError|TypeError|an array of another dtype",
    ),
    "sizes are believed": (decoding._BodyReader, "take", _without_size_check, "tensor", "ValueError|RuntimeError"),
    "truth values of any byte": (decoding._BodyReader, "take", _take_keeping_bytes, "bool", "a truth value of"),
    "shapes of anything": (decoding, "_shape", _any_shape, "tensor", "TypeError|RuntimeError|OverflowError"),
    "names of the other side's": (
        decoding,
        "_DECODERS",
        _DECODERS | {"ref": (_ref_under_any_name, _DECODERS["ref"][1])},
        "ref",
        "a name of another's making|AssertionError",
    ),
    "a read that breaks off": (frames, "_exactly", _short, "", "error:"),
    "any JSON": (
        frames,
        "read_head",
        _any_json,
        "",
        "AttributeError|JSONDecodeError|UnicodeDecodeError|RecursionError",
    ),
    "halves of surrogate pairs": (decoding, "clean", lambda text: text, "dict", "UnicodeEncodeError"),
    "any reason": (decoding, "ODDITIES", _Anything(), "opaque", "AssertionError|KeyError"),
    "long names": (answer, "_LONGEST_NAME", 10**6, "value", "AssertionError"),
}
"""What is left out: where, its name, what stands there instead; a word of the frames to begin with; what is found."""


@pytest.mark.parametrize(("where", "name", "planted", "word", "found"), PLANTED.values(), ids=PLANTED)
def test_a_rule_that_is_left_out_is_missed(
    monkeypatch: pytest.MonkeyPatch, where: Any, name: str, planted: Any, word: str, found: str
) -> None:
    seeds = [(head, body) for head, body in valid_frames() if word in json.dumps(head)]
    monkeypatch.setattr(where, name, planted)
    tally = Tally()
    for block in range(12):
        run_block(3, block, tally, seeds)
        if tally.findings:
            break
    assert tally.findings
    assert re.search(found, tally.findings[0])


def test_memory_that_is_taken_on_a_prefix_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def at_once(sock: Any, size: int, arm: Callable[[], None]) -> frames.Body:
        if size > 2**20:
            raise ProtocolError(str(len(b"\1" * size)))
        return _EXACTLY(sock, size, arm)

    monkeypatch.setattr(frames, "_exactly", at_once)
    assert judged(1).peak_kb > MOST_KB


_EXACTLY = frames._exactly
