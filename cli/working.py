"""``safeground work``: run the jobs that people asked for."""

import os
from collections.abc import Callable
from time import monotonic
from typing import Annotated, Any

import typer

from cli.house import opened, settings, use_lists
from domain import jobs
from domain.jobs import JobContext, Work
from exchange import work as kinds
from settings import Settings
from store.database import Store

TIDY_EVERY = 3600.0  # seconds


def work(
    parent: Annotated[
        int, typer.Option(hidden=True, help="End with this process, where it started us")
    ] = 0,
) -> None:
    """Run jobs as they come, until stopped; several may run beside each other."""
    chosen = settings()
    with opened() as store:
        tasks = {name: fresh(task, chosen) for name, task in kinds.tasks(chosen.uploads).items()}
        jobs.work(store, tasks, going=going(store, parent))


def going(store: Store, parent: int) -> Callable[[], bool]:
    """Build the question whether to go on, asked between jobs; now and then it tidies up first."""
    next_time = monotonic() + TIDY_EVERY

    def ask() -> bool:
        nonlocal next_time
        if monotonic() >= next_time:
            next_time = monotonic() + TIDY_EVERY
            kinds.tidy(store)
        return not parent or os.getppid() == parent

    return ask


def fresh(task: Work, chosen: Settings) -> Work:
    """Read the code lists anew before ``task``: an administrator may have changed them."""

    def run(context: JobContext) -> dict[str, Any]:
        use_lists(chosen)
        return task(context)

    return run
