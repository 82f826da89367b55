"""``safeground digest``: the daily digest by e-mail, for cron where the app is not always up."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.house import mail_server, opened, settings
from domain import digests
from domain.errors import Invalid
from exchange.digest import Posted, post

UNSENT = 1


def digest(
    send: Annotated[bool, typer.Option("--send", help="Send what is due now")] = False,
) -> None:
    """Say how many people's digest of the day is due, or send it; one person gets one a day."""
    chosen = settings()
    with opened() as store:
        if not send:
            with store.reading() as session:
                waiting = len(digests.due(session, datetime.now(UTC), chosen.digest_hour))
            typer.echo(f"{waiting} due now. Send with: safeground digest --send")
            return
        server = mail_server(chosen)
        if server is None:
            raise Invalid("No mail server is set. Set SAFEGROUND_MAIL_HOST and _MAIL_SENDER.")
        told = post(store, server, chosen.public_url.rstrip("/"), hour=chosen.digest_hour)
    typer.echo(in_words(told))
    if told.failed:
        raise typer.Exit(UNSENT)


def in_words(told: Posted) -> str:
    """Say how it went."""
    said = [f"{told.sent} sent."]
    if told.failed:
        said.append(f"{told.failed} not sent, and tried again later: {' '.join(told.words)}")
    return " ".join(said)
