"""``safeground work``: run the jobs that people asked for."""

import os
from typing import Annotated, Any

import typer

from cli.house import opened, settings, use_lists
from domain import jobs
from domain.jobs import JobContext, Work
from exchange import work as kinds
from settings import Settings


def work(
    parent: Annotated[
        int, typer.Option(hidden=True, help="End with this process, where it started us")
    ] = 0,
) -> None:
    """Run jobs as they come, until stopped; several may run beside each other."""
    chosen = settings()
    with opened() as store:
        tasks = {name: fresh(task, chosen) for name, task in kinds.tasks(chosen.uploads).items()}
        jobs.work(store, tasks, going=lambda: not parent or os.getppid() == parent)


def fresh(task: Work, chosen: Settings) -> Work:
    """Read the code lists anew before ``task``: an administrator may have changed them."""

    def run(context: JobContext) -> dict[str, Any]:
        use_lists(chosen)
        return task(context)

    return run
