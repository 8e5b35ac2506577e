"""`gradus data`: full-size data from an archive that you have."""

from __future__ import annotations

import json
from pathlib import Path

import click

from autograder.cli.errors import DONE
from autograder.datasets.known import ARCHIVES


@click.command("data")
@click.argument("name", type=click.Choice(sorted(ARCHIVES)))
@click.option("--path", type=click.Path(path_type=Path), required=True, help="The archive; nothing is downloaded.")
@click.option("--out", type=click.Path(path_type=Path), help="The file to write. By default NAME.safetensors here.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def command(name: str, path: Path, out: Path | None, as_json: bool) -> int:
    """Check an archive by its SHA-256 and write it as one file of tensors.

    The file holds train_images and test_images, uint8[N,3,32,32], and train_labels and test_labels, int64[N].
    """
    from rich.console import Console
    from rich.progress import Progress

    from autograder.datasets.convert import convert

    archive, target = ARCHIVES[name], out or Path(f"{name}.safetensors")
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(f"Checking {path.name}", total=archive.size)
        convert(archive, path, target, lambda count: progress.advance(task, count))
    if as_json:
        written = {"file": str(target), "bytes": target.stat().st_size, "sha256_of_archive": archive.sha256}
        click.echo(json.dumps(written, indent=2))
    else:
        train, test = archive.images
        click.echo(f"{target}: {train:,} images to train, {test:,} to test, {archive.classes} classes.")
    return DONE
