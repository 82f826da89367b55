"""``safeground permissions``: who may do and see what, as a table."""

import typer

from cli import matrix


def permissions() -> None:
    """Write the permission matrix as Markdown; docs/permissions.md is made of it."""
    typer.echo(matrix.as_markdown(), nl=False)
