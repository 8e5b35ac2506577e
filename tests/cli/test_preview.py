"""`gradus preview`: what it opens is what a release would hand out, and nothing is left behind."""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from autograder.cli import run
from autograder.course.loading import load_assignment
from autograder.release import release
from autograder.release.preview import student_copy


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_copy_is_what_a_release_hands_out_and_goes_away(tiny: Path) -> None:
    loaded = load_assignment(tiny, "scale")
    before = contents(tiny)
    with student_copy(loaded) as (folder, leaks):
        assert not leaks
        shown = contents(folder)
    assert not folder.parent.exists()
    assert contents(tiny) == before
    release(loaded)
    assert shown == contents(loaded.paths.student)


def test_what_would_leak_is_not_shown(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    solution = tiny / "assignments/scale/data/heights.txt"
    solution.write_text((tiny / "assignments/scale/tests/hidden/test_affine.py").read_text())
    assert run(["--course", str(tiny), "preview", "scale", "--html", str(tiny / "a.html")]) == 1
    said = capsys.readouterr()
    assert "student_template/scale/data/heights.txt: " in said.err
    assert said.out == "scale: nothing to preview: the student's files would hold what they must not.\n"
    assert not (tiny / "a.html").exists()


@pytest.mark.parametrize("name", ["scale.ipynb", "nowhere/a.html"])
def test_a_wrong_name_writes_nothing(tiny: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    before = contents(tiny)
    assert run(["--course", str(tiny), "preview", "scale", "--html", str(tiny / name)]) == 2
    assert "Give it the ending .html." in (said := capsys.readouterr().err) or "There is no folder" in said
    assert contents(tiny) == before


def test_without_jupyter_it_says_what_else_there_is(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert run(["--course", str(tiny), "preview", "scale"]) == 2
    assert capsys.readouterr().err == (
        "Jupyter is not installed beside gradus. Run: pip install jupyterlab. "
        "Or look at the page alone: gradus preview scale --html scale.html\n"
    )


def test_formulas_are_drawn_and_what_is_none_stays_as_it_is() -> None:
    pytest.importorskip("nbconvert", reason="nbconvert is not installed")
    from autograder.release.page import _mathml

    assert "<msub><mi>x</mi><mi>t</mi></msub>" in _mathml("x_t", "inline")
    assert 'display="block"' in _mathml(r"\begin{align}a &= b\\ c &= d\end{align}", "block")
    assert "<mi>arg</mi>" in _mathml(r"\arg\max", "inline")
    assert _mathml(r"\left(", "inline") == ""


@pytest.mark.browser
def test_the_page_is_drawn_without_a_network(tiny: Path, browser: Any) -> None:
    text = tiny / "assignments/scale/source.ipynb"
    text.write_text(text.read_text().replace("# Scale", "# Scale $\\\\frac{a}{b}$", 1))
    page = tiny / "scale.html"
    assert run(["--course", str(tiny), "preview", "scale", "--html", str(page)]) == 0
    tab, asked, said = browser.new_page(), [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.goto(page.as_uri())
    assert (asked, said) == ([page.as_uri()], [])
    assert tab.title() == "scale.ipynb"
    assert tab.get_by_text("# YOUR CODE HERE").first.is_visible()
    assert "BEGIN SOLUTION" not in tab.content()
    tab.close()


# --- with Jupyter


@contextmanager
def previewing(course: Path, home: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """`gradus preview --no-browser` as somebody would call it, ended in any case."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "JPY"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder", "--course", str(course), "preview", "scale", "--no-browser"],
        stdout=subprocess.PIPE,
        stderr=(home / "stderr").open("w"),
        text=True,
        env={**kept, "HOME": str(home), "TMPDIR": str(home), "PYTHONUNBUFFERED": "1"},
    )
    try:
        yield process, home / "stderr"
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@pytest.mark.slow
def test_jupyter_shows_the_folder_and_ends_with_us(tiny: Path, tmp_path: Path) -> None:
    pytest.importorskip("jupyterlab", reason="jupyterlab is not installed")
    home = tmp_path / "home"
    home.mkdir()
    with previewing(tiny, home) as (process, said):
        assert process.stdout is not None
        folder = Path(process.stdout.readline().split(": ")[1].split(". Ctrl-C")[0])
        address = _address(said)
        listed = _get(address, "api/contents")
        for name in ("scale.ipynb", "README.md", "requirements.txt", "tests"):
            assert f'"name": "{name}"' in listed
        assert "BEGIN SOLUTION" not in _get(address, "api/contents/scale.ipynb")
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        assert process.stdout.read() == f"\nEnded; {folder} is removed.\n"
    assert not folder.parent.exists()
    with pytest.raises(urllib.error.URLError):
        _get(address, "api")


def _address(said: Path) -> str:
    """Where Jupyter is, with its token, once it answers."""
    for _ in range(600):
        found = re.search(r"http://127\.0\.0\.1:\d+/\S*\?token=\w+", said.read_text())
        if found:
            with suppress(OSError):
                _get(found[0], "api")
                return found[0]
        time.sleep(0.2)
    raise AssertionError(said.read_text())


def _get(address: str, path: str) -> str:
    root, token = re.match(r"(http://[^/]+/).*(\?token=\w+)", address).groups()  # type: ignore[union-attr]
    with urllib.request.urlopen(f"{root}{path}{token}", timeout=20) as answer:
        return str(answer.read().decode())
