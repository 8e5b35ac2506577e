"""Frames: every value comes back as it was, every rule is shown to fire, and no bytes get past them as anything else."""

from __future__ import annotations

import json
import math
import random
import socket
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.sandbox import protocol
from autograder.sandbox.protocol import MAX_BODY, MAX_HEAD, Opaque, ProtocolError, Ref, Seeded, Uncrossable, frames

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def crossed(value: Any, **options: Any) -> Any:
    """`value` after a journey through bytes, as one frame."""
    tree, buffers = protocol.encode(value)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        protocol.send(ours, {"seq": 1, "value": tree}, buffers)
        head, body = protocol.receive(theirs)
    return protocol.decode(head["value"], body, **options)


def same(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, torch.Tensor):
        alike = (one.dtype, one.shape, one.requires_grad) == (other.dtype, other.shape, other.requires_grad)
        return alike and torch.equal(one.detach().nan_to_num(7), other.detach().nan_to_num(7))
    if isinstance(one, np.ndarray | np.generic):
        return (one.dtype, one.shape) == (other.dtype, other.shape) and np.array_equal(one, other)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    return bool(one == other) or (isinstance(one, float) and math.isnan(one) and math.isnan(other))


shapes = st.lists(st.integers(0, 4), max_size=4).map(tuple)


@st.composite
def tensors(draw: st.DrawFn) -> torch.Tensor:
    dtype, shape = draw(st.sampled_from(list(protocol.DTYPES.values()))), draw(shapes)
    value = (torch.randn(shape, generator=torch.Generator().manual_seed(draw(st.integers(0, 99)))) * 50).to(dtype)
    if draw(st.booleans()):
        value = value.permute(tuple(reversed(range(value.dim()))))
    if draw(st.booleans()) and (dtype.is_floating_point or dtype.is_complex):
        value = value.clone().requires_grad_()
    return value


@st.composite
def arrays(draw: st.DrawFn) -> Any:
    name, shape = draw(st.sampled_from(sorted(set(protocol.DTYPES) - {"bfloat16"}))), draw(shapes)
    value = (np.arange(math.prod(shape)) - 2).reshape(shape).astype(name)
    return value.dtype.type(value.reshape(-1)[0]) if value.size and draw(st.booleans()) else value


plain = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.text(max_size=20).filter(lambda text: text == protocol.clean(text))
    | st.sampled_from([Seeded(7), Opaque("meta"), Ref(3, "", "LSTM"), torch.float16, torch.bool])
)
values = st.recursive(
    plain | tensors() | arrays(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text("ab$", max_size=3) | st.integers(-9, 9), inner, max_size=4)
    ),
    max_leaves=8,
)


@FEW
@given(values)
def test_every_value_comes_back_as_it_was(value: Any) -> None:
    assert same(crossed(value), value)


@pytest.mark.parametrize("dtype", protocol.DTYPES.values(), ids=protocol.DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3)], ids=str)
def test_every_dtype_and_shape(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    value = torch.ones(shape, dtype=dtype)
    assert same(crossed(value), value)


STRIDED: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "a transpose": lambda x: x.transpose(1, 2),
    "axes moved": lambda x: x.permute(2, 0, 1),
    "a slice": lambda x: x[:, :2, :3],
    "every other one": lambda x: x[0, 0, ::2],
    "expanded": lambda x: x[:, :1, :1].expand(2, 3, 4),
    "a diagonal": lambda x: x.diagonal(dim1=1, dim2=2),
    "a slice of a transpose": lambda x: x.transpose(0, 2)[1:, 1:],
    "one column": lambda x: x[..., :1],
}


@pytest.mark.parametrize("view", STRIDED.values(), ids=STRIDED)
@pytest.mark.parametrize("dtype", protocol.DTYPES.values(), ids=protocol.DTYPES)
def test_a_tensor_that_is_not_contiguous_stays_so(view: Callable[[torch.Tensor], torch.Tensor], dtype: Any) -> None:
    """It cannot be viewed flat when it could not: code that uses view where reshape is needed fails in both places."""
    value = view(torch.arange(24).reshape(2, 3, 4).to(dtype))
    came = crossed(value)
    assert torch.equal(came, value)
    assert not came.is_contiguous()
    assert can_be_flat(came) <= can_be_flat(value)


def can_be_flat(value: torch.Tensor) -> bool:
    try:
        value.view(-1)
    except RuntimeError:
        return False
    return True


@pytest.mark.parametrize("dtype", protocol.DTYPES.values(), ids=protocol.DTYPES)
def test_one_element_of_a_larger_tensor(dtype: torch.dtype) -> None:
    """It counts as contiguous whatever its stride; frames that were spoiled at random found that this was forgotten."""
    value = torch.arange(6).to(dtype)
    for one in (value[1::2][:1], value[3:4], value.reshape(2, 3)[:, 1:2][:1], value[4], value.reshape(2, 3).T[:1, :1]):
        assert torch.equal(crossed(one), one)


def test_what_came_goes_out_as_it_came() -> None:
    """Also with axes of one element, whose strides mean nothing."""
    tree = {"$": "tensor", "dtype": "uint8", "shape": [1, 2, 3], "grad": False, "axes": [0, 2, 1]}
    for axes in ([2, 1, 0], [2, 0, 1], [0, 2, 1], [1, 2, 0]):
        value = protocol.decode(tree | {"axes": axes}, protocol.Body(64))
        again, _ = protocol.encode(value)
        assert protocol.encode(protocol.decode(again, protocol.Body(64)))[0] == again


def test_a_transpose_crosses_without_a_copy_beside_the_body() -> None:
    tree, _ = protocol.encode(torch.zeros(2, 3).T)
    body = protocol.Body(64)
    value = protocol.decode(tree, body)
    body[:4] = struct.pack("<f", 5.0)
    assert value[0, 0] == 5


def test_views_cross_as_what_they_show() -> None:
    value = torch.randn(3, dtype=torch.complex64)
    for view in (value.conj(), value.imag, value.real, value.conj().imag, value[:1].expand(4)):
        assert torch.equal(crossed(view), view)


@pytest.mark.parametrize("name", [">f8", ">i4", "<f4"])
def test_arrays_of_another_byte_order(name: str) -> None:
    value = np.array([1, 2, 300]).astype(name)
    assert crossed(value).tolist() == [1, 2, 300]


def test_truth_values_are_0_or_1() -> None:
    body = bytearray(64)
    body[:2] = b"\x07\x00"
    for tag in ("tensor", "array"):
        value = protocol.decode({"$": tag, "dtype": "bool", "shape": [2]}, bytearray(body))
        assert value.tolist() == [True, False]
        assert int(value.sum()) == 1


# ── what cannot cross ────────────────────────────────────────────────────────────────────────────────────────────

ODD: dict[str, Any] = {
    "subclass": torch.ones(2).as_subclass(type("Sub", (torch.Tensor,), {})),
    "sparse": torch.eye(2).to_sparse(),
    "quantised": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8),
    "meta": torch.ones(2, device="meta"),
    "dtype": torch.ones(2).to(torch.float8_e5m2),
    "axes": torch.ones([1] * 17),
    "large": torch.ones(1).expand(2**29),
    "array": np.array([{}]),
    "integer": 2**63,
}


@pytest.mark.parametrize(("kind", "value"), ODD.items(), ids=ODD)
def test_an_odd_value_crosses_as_a_word(kind: str, value: Any) -> None:
    assert crossed([value]) == [Opaque(kind)]


def test_other_odd_values() -> None:
    assert crossed(torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])) == Opaque("sparse")
    assert crossed(torch.ones(0, 1).expand(0, 2**40)) == Opaque("large")
    assert crossed(np.ones([1] * 17)) == Opaque("array")
    assert crossed(np.array(["a"])) == Opaque("array")


def nested(depth: int) -> Any:
    value: Any = 0
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("kind", "value"),
    {"deep": nested(25), "keys": {(1, 2): 0}, "long": "x" * MAX_HEAD}.items(),
)
def test_a_value_that_no_frame_holds(kind: str, value: Any) -> None:
    with pytest.raises(Uncrossable) as caught:
        crossed(value)
    assert caught.value.kind == kind
    assert str(caught.value) == protocol.ODDITIES[kind]


def test_the_deepest_value_crosses() -> None:
    assert crossed(nested(24)) == nested(24)


def test_keys_are_plain() -> None:
    class Name(str):
        __slots__ = ()

    for key in (Name("a"), 2**63, 1.5, None, (1,)):
        with pytest.raises(Uncrossable):
            protocol.encode({key: 0})
    assert crossed({True: 0, "a": 1, -3: 2}) == {1: 0, "a": 1, -3: 2}


def test_two_large_tensors_are_too_much() -> None:
    half = torch.ones(1).expand(2**25 + 2**20)  # 132 MiB each
    tree, buffers = protocol.encode([half, half])
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(Uncrossable):
        protocol.send(ours, {"seq": 1, "value": tree}, buffers)


def test_an_object_cannot_cross_without_a_place_to_keep_it() -> None:
    with pytest.raises(TypeError, match="a object cannot cross to the other side"):
        protocol.encode(object())


# ── rules, each shown to fire ────────────────────────────────────────────────────────────────────────────────────


def tensor(**fields: Any) -> dict[str, Any]:
    return {"$": "tensor", "dtype": "float32", "shape": [2], **fields}


TREES: dict[str, tuple[Any, int, str]] = {
    "deep": (nested(25), 0, "a value is nested deeper than 24"),
    "an unknown tag": ({"$": "pickle"}, 0, "a value has an unknown tag"),
    "no tag": ({}, 0, "a value has an unknown tag"),
    "a tag that is a list": ({"$": []}, 0, "a value has an unknown tag"),
    "a large integer": (2**63, 0, "an integer of more than 64 bits"),
    "a tuple of nothing": ({"$": "tuple"}, 0, "v is missing or of the wrong type"),
    "a tuple of a dict": ({"$": "tuple", "v": {}}, 0, "v is missing or of the wrong type"),
    "a dict entry": ({"$": "dict", "v": [[1]]}, 0, "a dict entry is not a key and a value"),
    "a key that is a list": ({"$": "dict", "v": [[[], 1]]}, 0, "a dict entry is not a key and a value"),
    "a key that is a number": ({"$": "dict", "v": [[1.5, 1]]}, 0, "a dict entry is not a key and a value"),
    "a key that is a truth value": ({"$": "dict", "v": [[True, 1]]}, 0, "a dict entry is not a key and a value"),
    "a large key": ({"$": "dict", "v": [[2**63, 1]]}, 0, "an integer of more than 64 bits"),
    "a key twice": ({"$": "dict", "v": [["a", 1], ["a", 2]]}, 0, "a dict has a key twice"),
    "a float": ({"$": "float", "v": "1e9"}, 0, "an unknown number"),
    "a float that is one": ({"$": "float", "v": 1.0}, 0, "v is missing or of the wrong type"),
    "an unknown dtype": (tensor(dtype="object"), 64, "an unknown dtype"),
    "no dtype": (tensor(dtype=None), 64, "dtype is missing or of the wrong type"),
    "a dtype on its own": ({"$": "dtype", "v": "qint8"}, 0, "an unknown dtype"),
    "no shape": (tensor(shape=None), 64, "a shape is not a short list"),
    "17 axes": (tensor(shape=[1] * 17), 64, "a shape is not a short list"),
    "a negative size": (tensor(shape=[-1]), 64, "a shape holds something other than sizes"),
    "two negative sizes": (tensor(shape=[-1, -2]), 64, "a shape holds something other than sizes"),
    "half a size": (tensor(shape=[1.5]), 64, "a shape holds something other than sizes"),
    "a size that is true": (tensor(shape=[True]), 64, "a shape holds something other than sizes"),
    "a size in words": (tensor(shape=["2"]), 64, "a shape holds something other than sizes"),
    "a huge size": (tensor(shape=[2**40]), 64, "a shape holds something other than sizes"),
    "a huge product": (tensor(shape=[2**20, 2**20]), 64, "a shape is larger than any body"),
    "a huge nothing": (tensor(shape=[0, 2**28, 2**28, 2**28]), 0, "a shape is larger than any body"),
    "a huge empty array": (
        {"$": "array", "dtype": "int8", "shape": [0, 2**28, 2**28, 2**28]},
        0,
        "a shape is larger than any body",
    ),
    "a short body": (tensor(shape=[17]), 64, "a tensor is larger than the bytes that came with it"),
    "no body": (tensor(), 0, "a tensor is larger than the bytes that came with it"),
    "bytes left over": (tensor(), 128, "bytes are left over after the last tensor"),
    "bytes for nothing": (None, 64, "bytes are left over after the last tensor"),
    "an unknown field": (tensor(strided=True), 64, "a value has an unknown field"),
    "a field of another tag": ({"$": "tuple", "v": [], "shape": []}, 0, "a value has an unknown field"),
    "grad in words": (tensor(grad="yes"), 64, "grad is neither true nor false"),
    "grad by number": (tensor(grad=1), 64, "grad is neither true nor false"),
    "axes in words": (tensor(axes="0"), 64, "an order of axes that is not one"),
    "too few axes": (tensor(axes=[]), 64, "an order of axes that is not one"),
    "an axis twice": (tensor(shape=[1, 2], axes=[0, 0]), 64, "an order of axes that is not one"),
    "an axis that is true": (tensor(shape=[1, 2], axes=[True, 0]), 64, "an order of axes that is not one"),
    "an axis below zero": (tensor(shape=[1, 2], axes=[-1, 0]), 64, "an order of axes that is not one"),
    "a gap without axes": (tensor(gap=True), 64, "an order of axes that is not one"),
    "a gap in a number": (tensor(shape=[], axes=[], gap=True), 64, "a gap in a tensor without axes"),
    "a gap beyond the body": (
        tensor(shape=[16], axes=[0], gap=True),
        64,
        "a tensor is larger than the bytes that came with it",
    ),
    "a huge gap": (tensor(shape=[2**28], axes=[0], gap=True), 64, "a shape is larger than any body"),
    "a scalar of two": ({"$": "array", "dtype": "int8", "shape": [2], "scalar": True}, 64, "a scalar with axes"),
    "an infinite number": (math.inf, 0, "a number that is too large"),
    "integers with grad": (tensor(dtype="int64", grad=True), 64, "a tensor of integers that requires grad"),
    "an array of bfloat16": ({"$": "array", "dtype": "bfloat16", "shape": [1]}, 64, "an unknown dtype"),
    "an array of objects": ({"$": "array", "dtype": "object", "shape": [1]}, 64, "an unknown dtype"),
    "an array of text": ({"$": "array", "dtype": "U9", "shape": [1]}, 64, "an unknown dtype"),
    "a handle in words": ({"$": "ref", "handle": "1", "path": "", "type": ""}, 0, "a handle is not a number"),
    "a negative handle": ({"$": "ref", "handle": -1, "path": "", "type": ""}, 0, "a handle is not a number"),
    "a path that is none": (
        {"$": "ref", "handle": 1, "path": 2, "type": ""},
        0,
        "path is missing or of the wrong type",
    ),
    "a seed in words": ({"$": "generator", "seed": "1"}, 0, "seed is missing or of the wrong type"),
    "words of its own": (
        {"$": "opaque", "kind": "the input is 3"},
        0,
        "an unknown reason why a value cannot cross",
    ),
}


@pytest.mark.parametrize(("tree", "body", "message"), TREES.values(), ids=TREES)
def test_a_tree_that_breaks_a_rule(tree: Any, body: int, message: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        protocol.decode(tree, bytearray(body))
    assert str(caught.value) == message


def test_an_answer_holds_kept_objects_under_known_names_only() -> None:
    names = frozenset({"LSTM"})
    assert crossed(Ref(1, "", "LSTM"), type_names=names) == Ref(1, "", "LSTM")
    assert crossed(Ref(1, "", "S123"), type_names=names) == Ref(1, "", "")
    for ref in (Ref(None, "f", ""), Ref(1, "f", "")):
        with pytest.raises(ProtocolError, match="a reference that is no kept object"):
            crossed(ref, type_names=names)


def test_halves_of_surrogate_pairs_do_not_come_through() -> None:
    assert protocol.decode("a\ud800", bytearray()) == "a?"
    assert protocol.decode({"$": "dict", "v": [["\udfff", 1]]}, bytearray()) == {"?": 1}


def received(data: bytes) -> Any:
    ours, theirs = socket.socketpair()
    with theirs:
        ours.sendall(data)
        ours.close()
        return protocol.receive(theirs)


def frame(head: bytes, body: bytes = b"", *, head_size: int | None = None, body_size: int | None = None) -> bytes:
    sizes = len(head) if head_size is None else head_size, len(body) if body_size is None else body_size
    return struct.pack("<IQ", *sizes) + head + body


FRAMES: dict[str, tuple[bytes, str]] = {
    "a large head": (frame(b"", head_size=MAX_HEAD + 1), "a frame of 65537 + 0 bytes is over the limit"),
    "a large body": (frame(b"{}", body_size=MAX_BODY + 1), "a frame of 2 + 268435457 bytes is over the limit"),
    "all ones": (b"\xff" * 12, "a frame of 4294967295 + 18446744073709551615 bytes is over the limit"),
    "no JSON": (frame(b"{"), "a head is not JSON"),
    "no UTF-8": (frame(b'{"a": "\xff"}'), "a head is not JSON"),
    "NaN": (frame(b'{"value": NaN}'), "a head is not JSON"),
    "Infinity": (frame(b'{"value": -Infinity}'), "a head is not JSON"),
    "depth": (frame(b"[" * 60_000), "a head is nested too deep"),
    "depth of objects": (frame(b'{"a":' * 77 + b"1" + b"}" * 77), "a head is nested too deep"),
    "depth behind a string": (frame(b'{"\\\\\\"": "]]]]", "a": ' + b"[" * 999), "a head is nested too deep"),
    "a name twice": (frame(b'{"seq": 1, "seq": 2}'), "a name stands twice in an object"),
    "a name twice, deeper": (frame(b'{"value": [{"$": "tuple", "$": "dict"}]}'), "a name stands twice in an object"),
    "UTF-16": (frame('{"seq": 1}'.encode("utf-16")), "a head is not JSON"),
    "a string without an end": (frame(b'{"' + b'\\"' * 32_000), "a head is not JSON"),
    "a byte order mark": (frame(b'\xef\xbb\xbf{"seq": 1}'), "a head is not JSON"),
    "digits": (frame(b'{"seq": ' + b"9" * 6000 + b"}"), "a head is not JSON"),
    "a list": (frame(b"[]"), "a head is not a JSON object"),
    "nothing": (frame(b""), "a head is not JSON"),
}


@pytest.mark.parametrize(("data", "message"), FRAMES.values(), ids=FRAMES)
def test_a_frame_that_breaks_a_rule(data: bytes, message: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        received(data)
    assert str(caught.value) == message


@pytest.mark.parametrize("data", [b"", b"\0" * 5, frame(b"{}", head_size=9), frame(b"{}", body_size=9)])
def test_a_frame_that_breaks_off(data: bytes) -> None:
    with pytest.raises(EOFError, match="the other end closed the connection"):
        received(data)


def test_20000_mutated_frames_raise_nothing_else() -> None:
    """Bytes changed, numbers replaced, pieces cut out and doubled: a value, a ProtocolError or an EOFError."""
    chance = random.Random(11)
    seeds = []
    for value in (
        {"a": torch.ones(2, 3, requires_grad=True), 1: [torch.arange(3), None, float("nan")]},
        (np.ones((2, 2)), np.float32(1), Ref(1, "", "A"), Seeded(3), Opaque("meta"), torch.float32),
        torch.ones(3, 2).T.bool(),
    ):
        tree, buffers = protocol.encode(value)
        head = json.dumps({"seq": 1, "value": tree, "banned": []}).encode()
        seeds.append((head, b"".join(bytes(piece) for piece in frames.with_padding(buffers))))
    words = [
        b"-1",
        b"1e999",
        b"99999999999999999999",
        b"null",
        b"[]",
        b"{}",
        b'"$"',
        b"true",
        b"0",
        b"4096",
        b'"\\ud800"',
    ]
    outcomes = {"value": 0, "protocol": 0, "eof": 0}
    for _ in range(20_000):
        head, body = seeds[chance.randrange(len(seeds))]
        mutated = _mutate(bytearray(head), chance, words)
        try:
            got, rest = received(
                frame(bytes(mutated), body[: chance.choice([len(body), len(body), chance.randrange(300)])])
            )
            protocol.decode(got.get("value"), rest, frozenset())
            outcomes["value"] += 1
        except ProtocolError:
            outcomes["protocol"] += 1
        except EOFError:
            outcomes["eof"] += 1
    assert outcomes["value"] > 100
    assert outcomes["protocol"] > 5000


def _mutate(head: bytearray, chance: random.Random, words: list[bytes]) -> bytearray:
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(max(1, len(head)))
        kind = chance.randrange(4)
        if kind == 0 and head:
            head[at] = chance.randrange(256)
        elif kind == 1:
            del head[at : at + chance.randrange(12)]
        elif kind == 2:
            head[at:at] = head[at : at + chance.randrange(30)]
        else:
            numbers = [i for i, byte in enumerate(head) if chr(byte).isdigit()]
            place = chance.choice(numbers) if numbers else at
            head[place : place + 1] = chance.choice(words)
    return head
