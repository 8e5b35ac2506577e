"""`gradus gradescope`: the zip for Gradescope, and a trial of it on this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.cli.errors import DONE, FINDINGS

if TYPE_CHECKING:
    from autograder.bridges.gradescope.local import Trial
    from autograder.bridges.gradescope.package import Package
    from autograder.course.models import LoadedAssignment

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("gradescope")
@click.argument("slug")
@click.option(
    "-o",
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the zip goes. [default: autograder.zip; with --try, nowhere]",
)
@click.option(
    "--otter",
    "for_otter",
    is_flag=True,
    help="Make the zip for otter's image and `otter run`: its plugin puts our results in the place of otter's.",
)
@click.option("--without-ta", is_flag=True, help="Leave out the criteria that TAs mark: mark them in Gradescope.")
@click.option(
    "--minutes",
    type=click.IntRange(2, 40),
    default=10,
    show_default=True,
    help="The timeout in the assignment's Gradescope settings; grading stops itself a minute before it.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    help="Give every submission the same draws. [default: new ones each time]",
)
@click.option(
    "--try",
    "submission",
    type=click.Path(exists=True, path_type=Path),
    help="Grade this notebook or folder with the zip, in a local Docker container laid out as Gradescope's.",
)
@click.option(
    "--image", default="gradescope/autograder-base:ubuntu-22.04", show_default=True, help="With --try: the base image."
)
@click.option(
    "--memory",
    type=click.IntRange(min=64),
    default=768,
    show_default=True,
    help="Container's memory in MB, as in the assignment's Gradescope settings.",
)
@click.option(
    "--cpus", type=click.FloatRange(min=0.05), default=0.5, show_default=True, help="With --try: CPUs of the container."
)
@click.option(
    "--network",
    default="none",
    show_default=True,
    help="With --try: Docker network while grading; setup.sh always has the host's.",
)
@click.option("--results", type=click.Path(dir_okay=False, path_type=Path), help="With --try: keep results.json here.")
@click.option(
    "--ca-bundle",
    type=_FILE,
    envvar="GRADUS_CA_BUNDLE",
    help="With --try: certificates for pip, behind a proxy. [env: GRADUS_CA_BUNDLE]",
)
@click.option(
    "--pip-conf", type=_FILE, envvar="GRADUS_PIP_CONF", help="With --try: pip's settings. [env: GRADUS_PIP_CONF]"
)
@click.option(
    "--wheelhouse",
    "wheelhouses",
    type=_FOLDER,
    multiple=True,
    envvar="GRADUS_WHEELHOUSE",
    help="With --try: a folder of wheels for pip; may be repeated. [env: GRADUS_WHEELHOUSE]",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was made, or the results, as JSON.")
@click.pass_obj
def command(
    course: Path | None,
    slug: str,
    out: Path | None,
    for_otter: bool,
    without_ta: bool,
    minutes: int,
    seed: int | None,
    submission: Path | None,
    image: str,
    memory: int,
    cpus: float,
    network: str,
    results: Path | None,
    ca_bundle: Path | None,
    pip_conf: Path | None,
    wheelhouses: tuple[Path, ...],
    as_json: bool,
) -> int:
    """Make the zip that grades the assignment SLUG on Gradescope: the same bytes every time.

    It holds the hidden tests and the answers: keep it among staff. With --try nothing is uploaded: the zip is set up in
    a container of this machine, within the limits of Gradescope's, and grades one submission there.
    """
    from autograder.bridges.gradescope.local import Box, try_out
    from autograder.bridges.gradescope.package import make_package
    from autograder.course.loading import find_course, load_assignment

    loaded = load_assignment(find_course(course or Path.cwd()), slug)
    if for_otter:
        if submission is not None:
            raise click.UsageError("--try is for our own zip. Try this one with: otter run -a autograder.zip SUBMISSION")
        return _for_otter(loaded, out or Path("autograder.zip"), seed, as_json=as_json)
    package = make_package(loaded, include_ta=not without_ta, platform_minutes=minutes, seed=seed)
    where = out or (None if submission else Path("autograder.zip"))
    if where is not None:
        _write(where, package.data)
    if submission is None:
        assert where is not None
        _show_package(package, loaded, where, memory, as_json=as_json)
        return DONE
    box = Box(image, memory, cpus, network, ca_bundle, pip_conf, wheelhouses)
    trial = try_out(package, submission.resolve(), box, lambda line: click.echo(line, err=True))
    if results is not None:
        _write(results, (json.dumps(trial.results, ensure_ascii=False, indent=1) + "\n").encode())
    return _show_trial(trial, as_json=as_json)


def _for_otter(loaded: LoadedAssignment, where: Path, seed: int | None, *, as_json: bool) -> int:
    from autograder.bridges.otter.package import make_otter_package

    package = make_otter_package(loaded, seed=seed)
    _write(where, package.data)
    if as_json:
        told = package.settings.model_dump(mode="json") | {"file": str(where), "files": package.files}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return DONE
    click.echo(f"{where}: {len(package.files)} files, {package.settings.points:g} points by tests, for otter's image.")
    click.echo("It holds the hidden tests and the answers: upload it to Gradescope, and give it to nobody else.")
    return DONE


def _write(path: Path, data: bytes) -> None:
    from autograder.grading.store import write_bytes_atomically

    try:
        write_bytes_atomically(path, data)
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written: {error.strerror}. Name another file.") from None


def _show_package(package: Package, loaded: LoadedAssignment, where: Path, memory: int, *, as_json: bool) -> None:
    import hashlib

    from autograder.bridges.gradescope.container import memory_needed

    settings = package.settings
    need = memory_needed(loaded.assignment.limits.memory_mb, memory)
    if as_json:
        stamp = settings.model_dump(mode="json") | {
            "file": str(where),
            "bytes": len(package.data),
            "files": package.files,
        }
        stamp |= {"sha256": hashlib.sha256(package.data).hexdigest(), "memory": need.as_json()}
        click.echo(json.dumps(stamp, ensure_ascii=False, indent=2))
        return
    click.echo(f"{where}: {len(package.files)} files, {len(package.data) / 2**20:.1f} MB, {settings.points:g} points.")
    click.echo(f"Stamp: {settings.stamp}. Timeout: {settings.platform_minutes} minutes.")
    click.echo(need.told())
    click.echo("It holds the hidden tests and the answers: upload it to Gradescope, and give it to nobody else.")


def _show_trial(trial: Trial, *, as_json: bool) -> int:
    from rich.console import Console

    from autograder.bridges.gradescope.table import print_results

    finished = trial.results["extra_data"]["gradus"]["status"] in ("graded", "rejected") and not trial.timed_out
    if as_json:
        told = {"results": trial.results, "seconds": round(trial.seconds, 1), "image": trial.image, "log": trial.log}
        told |= {"timed_out": trial.timed_out, "out_of_memory": trial.out_of_memory}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        print_results(Console(highlight=False), trial.results)
        click.echo(f"{trial.seconds:.0f} s in {trial.image}. Staff also see:\n{trial.log.rstrip()}")
    if trial.timed_out:
        click.echo("The platform's time ran out: Gradescope would show no result at all.", err=True)
    return DONE if finished else FINDINGS
