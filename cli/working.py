"""``safeground work``: run the jobs that people asked for, and between them what time asks for."""

import os
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Annotated, Any

import typer

from cli.house import mail_server, opened, settings, use_lists
from domain import jobs
from domain.errors import Conflict
from domain.jobs import JobContext, Work
from exchange import work as kinds
from exchange.digest import post
from settings import Settings
from store.database import Store

TIDY_EVERY = 3600.0  # seconds
MAIL_EVERY = 300.0


def work(
    parent: Annotated[
        int, typer.Option(hidden=True, help="End with this process, where it started us")
    ] = 0,
) -> None:
    """Run jobs as they come, until stopped; several may run beside each other."""
    chosen = settings()
    with opened() as store:
        tasks = {name: fresh(task, chosen) for name, task in kinds.tasks(chosen.uploads).items()}
        jobs.work(store, tasks, going=going(store, parent, chosen))


def going(store: Store, parent: int, chosen: Settings) -> Callable[[], bool]:
    """Build the question whether to go on, asked between jobs; now and then it does more first.

    It tidies up each hour, and sends the digests that are due.
    """
    tidy = every(TIDY_EVERY, lambda: kinds.tidy(store), first=TIDY_EVERY)
    mail = every(MAIL_EVERY, lambda: send_digests(store, chosen))

    def ask() -> bool:
        tidy()
        mail()
        return not parent or os.getppid() == parent

    return ask


def every(seconds: float, act: Callable[[], None], *, first: float = 0.0) -> Callable[[], None]:
    """Return what does ``act`` at most once in so many seconds, from ``first`` seconds on."""
    next_time = monotonic() + first

    def perhaps() -> None:
        nonlocal next_time
        if monotonic() >= next_time:
            next_time = monotonic() + seconds
            act()

    return perhaps


def send_digests(store: Store, chosen: Settings) -> None:
    """Send the digests that are due; what fails is told to the administrator, and tried again."""
    server = mail_server(chosen)
    if server is None:
        return
    with suppress(Conflict):  # somebody writes for long: the next time will do
        post(store, server, chosen.public_url.rstrip("/"), hour=chosen.digest_hour)


def fresh(task: Work, chosen: Settings) -> Work:
    """Read the code lists anew before ``task``: an administrator may have changed them."""

    def run(context: JobContext) -> dict[str, Any]:
        use_lists(chosen)
        return task(context)

    return run
