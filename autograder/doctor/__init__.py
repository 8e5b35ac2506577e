"""Does this machine have what the kit needs? Looks, changes nothing, and says how to mend what is amiss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Diagnosis:
    """One thing that was looked at."""

    part: str
    """What: `torch`, `sandbox docker`, `course`."""
    state: State
    """`warning`: something that not every course needs is missing. `problem`: nothing useful works before it is mended."""
    fact: str
    mend: str = ""
    """What to do; empty when all is well, or when the fact says it."""
