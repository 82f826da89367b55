"""``safeground work``: run the jobs that people asked for."""

import os
from typing import Annotated

import typer

from cli.house import opened, settings
from domain import jobs
from exchange import work as kinds


def work(
    parent: Annotated[
        int, typer.Option(hidden=True, help="End with this process, where it started us")
    ] = 0,
) -> None:
    """Run jobs as they come, until stopped; several may run beside each other."""
    with opened() as store:
        tasks = kinds.tasks(settings().uploads)
        jobs.work(store, tasks, going=lambda: not parent or os.getppid() == parent)
