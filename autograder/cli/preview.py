"""`gradus preview`: what a student sees."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import click

from autograder.cli.errors import DONE, FINDINGS, KitFailed

_PROGRAMS = ("jupyterlab", "notebook")
_END_SECONDS = 15.0


@click.command("preview")
@click.argument("slug")
@click.option("--no-browser", is_flag=True, help="Start Jupyter and open nothing: its address is printed.")
@click.option(
    "--html",
    "page",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the notebook as one HTML page instead. Needs no network, and no Jupyter to look at it.",
)
@click.pass_obj
def command(course: Path | None, slug: str, no_browser: bool, page: Path | None) -> int:
    """Open what students get of SLUG, in Jupyter.

    The folder is made anew from the source, as `gradus release` makes it, in a place of its own: try things out in it.
    Ctrl-C ends Jupyter and removes it. Nothing is written into the course.
    """
    program = next((name for name in _PROGRAMS if importlib.util.find_spec(name)), None)
    _check_call(slug, program, page)
    from autograder.course.loading import find_course, load_assignment
    from autograder.release.preview import student_copy

    loaded = load_assignment(find_course(course or Path.cwd()), slug)
    with student_copy(loaded) as (folder, leaks):
        for leak in leaks:
            click.echo(str(leak), err=True)
        if leaks:
            click.echo(f"{slug}: nothing to preview: the student's files would hold what they must not.")
            return FINDINGS
        if page is not None:
            return _write(folder / f"{slug}.ipynb", page)
        click.echo(f"What students get of {slug}: {folder}. Ctrl-C ends Jupyter and removes this copy.")
        assert program is not None
        return _serve(program, folder, f"{slug}.ipynb", no_browser)


def _check_call(slug: str, program: str | None, page: Path | None) -> None:
    """Before seconds of work: is there something to open it with?"""
    if page is None and program is None:
        raise click.ClickException(
            "Jupyter is not installed beside gradus. Run: pip install jupyterlab. "
            f"Or look at the page alone: gradus preview {slug} --html {slug}.html"
        )
    if page is not None and page.suffix != ".html":
        raise click.UsageError(f"{page} is no name of a page. Give it the ending .html.")
    if page is not None and not page.absolute().parent.is_dir():
        raise click.UsageError(f"There is no folder {page.absolute().parent}. Make it, or name another.")


def _write(notebook: Path, page: Path) -> int:
    from autograder.course.atomic import write_atomically
    from autograder.release.page import notebook_page

    write_atomically(page, notebook_page(notebook))
    click.echo(f"Wrote {page}. Open it in a browser.")
    return DONE


def _serve(program: str, folder: Path, notebook: str, no_browser: bool) -> int:
    """Jupyter in `folder`, until it ends or Ctrl-C ends it."""
    call = [sys.executable, "-m", program, notebook, *(["--no-browser"] if no_browser else [])]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        call.append("--allow-root")  # in a container
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to end, we clear up, too
    # A session of its own: Ctrl-C is ours, and Jupyter does not ask "Shut down (y/n)?".
    process = subprocess.Popen(call, cwd=folder, start_new_session=True)
    try:
        code = process.wait()
    except KeyboardInterrupt:
        _end(process)
        click.echo(f"\nEnded; {folder} is removed.")
        return DONE
    finally:
        signal.signal(signal.SIGTERM, before)
    if code:
        raise KitFailed(f"Jupyter ended with exit code {code}; what it says stands above. Try: {program} --version")
    return DONE


def _end(process: subprocess.Popen[bytes]) -> None:
    """Jupyter ends its kernels when it is told to; what is left of it after a while is killed."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_END_SECONDS)
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
