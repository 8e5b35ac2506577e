"""`--cluster jobqueue.yaml`: workers as jobs of Slurm, started for one call and ended with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.course.findings import CourseError

if TYPE_CHECKING:
    from dask_jobqueue import SLURMCluster

_OURS = ("jobs", "gpus")
"""Keys that are not SLURMCluster's own: how many jobs there are, and how many GPUs each has."""


class JobqueueError(CourseError):
    """jobqueue.yaml is wrong: where, and what to do."""


@contextmanager
def slurm(file: Path) -> Iterator[SLURMCluster]:
    """The cluster that `file` describes, with its jobs submitted; they are cancelled in the end. Raises JobqueueError."""
    settings = settings_of(file)
    jobs = settings.pop("jobs")
    try:
        from dask_jobqueue import SLURMCluster
    except ModuleNotFoundError:
        raise JobqueueError(f'{file} needs dask-jobqueue. Run: pip install "gradus-kit[cluster]"') from None
    try:
        cluster = SLURMCluster(**settings)
    except (TypeError, ValueError) as error:
        raise JobqueueError(f"{file}: SLURMCluster of dask-jobqueue refuses these settings: {error}") from error
    with cluster:
        cluster.scale(jobs=jobs)
        yield cluster


def settings_of(file: Path) -> dict[str, Any]:
    """The keyword arguments of SLURMCluster, and `jobs`. Raises JobqueueError.

    A process a core unless the file says otherwise: a worker grades one submission at a time. `gpus` asks Slurm for
    GPUs and declares them to the scheduler.
    """
    settings = {"jobs": 1, **_read(file)}
    for name in _OURS:
        if name in settings and not (type(settings[name]) is int and settings[name] >= 1):
            raise JobqueueError(f"{file}: `{name}` is {settings[name]!r}. Give a whole number from 1 on.")
    for name in ("cores", "memory"):
        if name not in settings:
            raise JobqueueError(
                f"{file}: `{name}` is missing: what one job gets. Add it, such as `cores: 8`, `memory: 32GB`."
            )
    settings.setdefault("processes", settings["cores"])
    gpus = settings.pop("gpus", None)
    if gpus:
        settings["processes"] = gpus
        settings["job_extra_directives"] = [*settings.get("job_extra_directives", ()), f"--gres=gpu:{gpus}"]
        settings["worker_extra_args"] = [*settings.get("worker_extra_args", ()), "--resources", "GPU=1"]
    return settings


def _read(file: Path) -> dict[str, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        found = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise JobqueueError(f"{file} cannot be read ({error}). Give a scheduler's address, or such a file.") from error
    except YAMLError as error:
        raise JobqueueError(f"{file} is not YAML: {error}") from error
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        raise JobqueueError(f"{file} holds no settings. Write `cores:`, `memory:`, `jobs:` and what else Slurm needs.")
    return found
