"""The texts inside shipped files: also those in JSON, base64, archives and pictures."""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{24,}={0,2}\s*")
_DEPTH = 4
_LARGEST_MEMBER = 64 * 1024 * 1024


def texts(data: bytes, depth: int = 0) -> Iterator[str]:
    """Every text that a file of any kind holds, as far as we can look into it."""
    if depth > _DEPTH:
        return
    if data.startswith(b"\x1f\x8b"):
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            yield from _quietly(lambda: file.read(_LARGEST_MEMBER), depth)
    elif data.startswith(b"PK\x03\x04"):
        yield from _members(data, depth)
    elif data[:1] in (b"{", b"["):
        try:
            yield from json_texts(json.loads(data), depth)
        except (ValueError, RecursionError):
            yield decoded(data)
    else:
        text = decoded(data)
        yield text
        yield from _hidden_in(text, depth)


def json_texts(tree: Any, depth: int = 0) -> Iterator[str]:
    """All strings and keys of a JSON value; a list of strings is one text, as in a cell's source."""
    if isinstance(tree, str):
        yield tree
        yield from _hidden_in(tree, depth)
    elif isinstance(tree, list):
        if tree and all(isinstance(line, str) for line in tree):
            yield from json_texts("\n".join(line.rstrip("\n") for line in tree), depth)
        else:
            for value in tree:
                yield from json_texts(value, depth)
    elif isinstance(tree, dict):
        for key, value in tree.items():
            yield str(key)
            yield from json_texts(value, depth)


def decoded(data: bytes) -> str:
    """Bytes as text; what is no text becomes one character a byte, so that words in it are still found."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _hidden_in(text: str, depth: int) -> Iterator[str]:
    """What a text that is nothing but base64 stands for."""
    if len(text) < 24 or not _BASE64.fullmatch(text):
        return
    try:
        inner = base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error:
        return
    yield from texts(inner, depth + 1)


def _members(data: bytes, depth: int) -> Iterator[str]:
    """Names and contents of an archive (`.zip`, `.npz`, `.docx`)."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile:
        yield decoded(data)
        return
    with archive:
        for member in archive.infolist():
            yield member.filename
            if member.file_size <= _LARGEST_MEMBER:
                yield from _quietly(lambda m=member: archive.read(m), depth)


def _quietly(read: Any, depth: int) -> Iterator[str]:
    try:
        inner = read()
    except (OSError, EOFError, zlib.error, RuntimeError, NotImplementedError, zipfile.BadZipFile):
        return
    yield from texts(inner, depth + 1)
