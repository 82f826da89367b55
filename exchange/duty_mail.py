"""Calling the duty contact by e-mail: a reference, a time and a link, and nothing else."""

import logging
import threading
from datetime import datetime
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from domain import duty_calls
from domain.duty_calls import Call
from domain.errors import SafegroundError
from domain.filters import day_words
from domain.matching import LONDON
from domain.people import SYSTEM
from exchange.mail import MailServer, send
from store.database import Store

EVERY: Final = 20.0  # seconds between two looks
log = logging.getLogger("safeground.duty")


def call(store: Store, server: MailServer, address: str, now: datetime | None = None) -> int:
    """Send every call that is due; return how many went out.

    ``address`` is where Safeground is opened. What fails is noted on the alert.
    """
    with store.reading() as session:
        if not duty_calls.are_due(session, now):
            return 0
    with store.writing() as session:
        calls = duty_calls.claim(session, SYSTEM, now)
    return sum(_sent(store, server, address, each, now) for each in calls)


def written(each: Call, address: str) -> tuple[str, str]:
    """Return the subject and the text of a call; neither says what it is about."""
    reference = f"D{each.alert_id}"
    here = each.raised_at.astimezone(LONDON)
    text = (
        f"Reference {reference}\n"
        f"{day_words(here.date())}, {here:%H:%M}\n"
        f"{address.rstrip('/')}/concerns?concern={each.concern_id}\n"
    )
    again = f" ({each.number}. time)" if each.number > 1 else ""
    return f"Safeground: please look, reference {reference}{again}", text


class Duty:
    """A thread that looks every few seconds whether the duty contact has to be called."""

    def __init__(self, store: Store, server: MailServer, address: str) -> None:
        self.store, self.server, self.address = store, server, address
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._keep_looking, name="duty", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._watch.start()

    def stop(self) -> None:
        """Look no more; a call that is on its way is finished."""
        self._over.set()
        self._watch.join()

    def _keep_looking(self) -> None:
        while not self._over.is_set():
            try:
                call(self.store, self.server, self.address)
            except (SafegroundError, SQLAlchemyError):  # busy or away: the next look is soon
                log.warning("the look for calls failed", exc_info=True)
            self._over.wait(EVERY)


def _sent(store: Store, server: MailServer, address: str, each: Call, now: datetime | None) -> bool:
    subject, text = written(each, address)
    fault = ""
    try:
        send(server, each.to, subject, text)
    except SafegroundError as error:
        fault = str(error)
        log.warning("call D%s did not go out: %s", each.alert_id, fault)
    with store.writing() as session:
        duty_calls.settle(session, SYSTEM, each.alert_id, fault=fault, now=now)
    return not fault
