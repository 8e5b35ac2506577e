"""Children forked from one zygote on this machine: what the backends process, uid and bubblewrap have in common."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from autograder.course.models import Limits
from autograder.sandbox.launch import LocalLaunch
from autograder.sandbox.zygote import Box, Zygote, ZygoteGone

if TYPE_CHECKING:
    from autograder.sandbox.child import Child


class LocalBackend:
    """One zygote serves every submission; it is replaced when a submission killed it."""

    name: str

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._launch = self.launch()
        self._zygote = Zygote(self._launch)

    def launch(self) -> LocalLaunch:
        """Start the zygote."""
        raise NotImplementedError

    def box(self, limits: Limits) -> Box:
        """The surroundings of a new child."""
        raise NotImplementedError

    def open(self, limits: Limits) -> LocalSandbox:
        return LocalSandbox(self, limits)

    def fork(self, limits: Limits) -> Child:
        """A fresh child. Raises GraderFault."""
        with self._lock:
            if not self._zygote.gone:
                try:
                    return self._zygote.fork(limits, self.box(limits))
                except ZygoteGone:
                    pass  # killed since the last fork: nothing is lost yet
            self._launch = self.launch()
            self._zygote = Zygote(self._launch)
            return self._zygote.fork(limits, self.box(limits))

    def close(self) -> None:
        with self._lock:
            self._zygote.end()


class LocalSandbox:
    """The children of one submission."""

    def __init__(self, backend: LocalBackend, limits: Limits) -> None:
        self._backend, self._limits = backend, limits
        self._children: list[Child] = []

    def fork(self) -> Child:
        self._children = [child for child in self._children if not child.dead]
        child = self._backend.fork(self._limits)
        self._children.append(child)
        return child

    def close(self) -> None:
        while self._children:
            self._children.pop().close()
