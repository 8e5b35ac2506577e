"""The same judge behind a fuzzer that is guided by coverage; needs `atheris`, which nothing else here does.

    pip install atheris
    python -m tests.fuzz.guided -runs=1000000 -rss_limit_mb=1000 CORPUS

All options are libFuzzer's. CORPUS is a folder that takes what was found; frames to begin with are put there first.
"""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["autograder.sandbox.protocol", "autograder.sandbox.answer"]):
    from autograder.sandbox.answer import read_answer  # noqa: F401

from tests.fuzz.judge import read_frame
from tests.fuzz.seeds import valid_frames


def one_frame(data: bytes) -> None:
    """Raises whatever must not happen."""
    read_frame(data, Random(0))


def main() -> None:
    corpus = next((Path(word) for word in sys.argv[1:] if not word.startswith("-")), None)
    if corpus is not None:
        corpus.mkdir(parents=True, exist_ok=True)
        for number, (head, body) in enumerate(valid_frames()):
            raw = json.dumps(head).encode()
            (corpus / f"valid-{number:02}").write_bytes(struct.pack("<IQ", len(raw), len(body)) + raw + body)
    atheris.Setup(sys.argv, one_frame)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
