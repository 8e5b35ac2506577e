"""The option `--as` of the commands that write into the gradebook."""

from __future__ import annotations

import click

author_option = click.option(
    "--as", "author", metavar="NAME", help="Who is doing this, for the gradebook. [default: your login]"
)


def author_of(name: str | None) -> str:
    """The name given, or that of the account this runs under."""
    import getpass

    if name and name.strip():
        return name.strip()
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in containers
        raise click.ClickException("This account has no name. Say who you are: --as NAME.") from None
