"""Whether tests may start containers here. Where they must be able to (GRADUS_NEEDS_DOCKER=1), nothing is skipped."""

from __future__ import annotations

import os

import pytest

from autograder.sandbox.backends.docker import obstacle

REASON = None if os.environ.get("GRADUS_NEEDS_DOCKER") else obstacle(private=(), gpu=False)
needs_docker = [pytest.mark.docker, pytest.mark.skipif(REASON is not None, reason=f"no Docker: {REASON}")]
