"""What the machine itself did to processes, as far as it tells."""

from __future__ import annotations

from pathlib import Path

_COUNTERS = Path("/proc/vmstat")


def kills_for_memory() -> int:
    """How many processes the kernel has killed for want of memory since it started; 0 where it does not say."""
    try:
        lines = _COUNTERS.read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)
