"""The receipt: with its code in words a reporter sees what came of it, adds, or takes it back.

The code is never part of an address, and the page that shows what came of it is never kept.
"""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain import concern_receipts
from domain.concern_receipts import Status
from domain.errors import Invalid, SafegroundError
from web.forms import STALE, Form
from web.report_desk import Desk

TITLE = "What came of your report"


@dataclass(frozen=True)
class ReceiptPages:
    """Ask for the code, show what it stands for, add to it, take it back."""

    desk: Desk

    def routes(self) -> list[BaseRoute]:
        """Give every address of this subject."""
        take = self.desk.forms.taken
        return [
            Route("/report/receipt", self.show_ask, methods=["GET"]),
            Route("/report/receipt", take(self.look), methods=["POST"]),
            Route("/report/receipt/add", take(self.add), methods=["POST"]),
            Route("/report/receipt/withdraw", take(self.withdraw), methods=["POST"]),
        ]

    def show_ask(
        self, request: Request, *, typed: str = "", error: str | None = None, status: int = 200
    ) -> Response:
        """Ask for the code; a partner who is signed in also sees their own reports."""
        actor = self.desk.actor(request)
        with self.desk.door.store.reading() as session:
            own = concern_receipts.mine(session, actor)
        return self.desk.show(
            request,
            "receipt",
            title=TITLE,
            status=status,
            error=error,
            at="code",
            typed=typed,
            strange=concern_receipts.strange_words(typed) if error else [],
            own_reports=own,
            back="/report",
        )

    def look(self, request: Request, form: Form) -> Response:
        """Show what came of it; every wrong code reads the same."""
        code = form["code"][:200]
        if not form.fresh:
            return self.show_ask(request, typed=code, error=STALE, status=403)
        if not code.strip():
            return self.show_ask(request, error="Enter the words of your code.", status=422)
        try:
            status = self._status(request, code)
        except SafegroundError as error:
            return self.show_ask(request, typed=code, error=str(error), status=error.status)
        return self._show(request, code, status)

    def add(self, request: Request, form: Form) -> Response:
        """Add words to a report that is still being looked at."""
        actor = self.desk.actor(request)

        def act(code: str) -> Status:
            with self.desk.door.store.writing() as session:
                return concern_receipts.add(
                    session,
                    actor,
                    self.desk.reporting.intake,
                    code,
                    form["words"].replace("\r\n", "\n"),
                    source=self.desk.source(request),
                    danger=form["danger"] == "yes",
                )

        return self._acted(request, form, act, "words", "We have added what you wrote.")

    def withdraw(self, request: Request, form: Form) -> Response:
        """Take the report back, once the reporter has said so twice."""
        actor = self.desk.actor(request)

        def act(code: str) -> Status:
            if form["sure"] != "yes":
                raise Invalid("Tick the box to say that you want to take it back.")
            with self.desk.door.store.writing() as session:
                return concern_receipts.withdraw(
                    session,
                    actor,
                    self.desk.reporting.intake,
                    code,
                    source=self.desk.source(request),
                )

        return self._acted(request, form, act, "sure", "You have taken it back.")

    def _acted(
        self, request: Request, form: Form, act: Callable[[str], Status], at: str, done: str
    ) -> Response:
        code = form["code"][:200]
        try:
            if not form.fresh:
                raise Invalid(STALE)
            status = act(code)
        except SafegroundError as error:
            return self._refused(request, form, code, error, at)
        return self._show(request, code, status, said=done)

    def _refused(
        self, request: Request, form: Form, code: str, error: SafegroundError, at: str
    ) -> Response:
        """Show the receipt again with what was wrong; without one, ask for the code."""
        try:
            status = self._status(request, code)
        except SafegroundError as wrong:
            return self.show_ask(request, typed=code, error=str(wrong), status=wrong.status)
        number = error.status if form.fresh else 403
        typed = form["words"][:1000]
        return self._show(
            request, code, status, typed=typed, error=str(error), at=at, number=number
        )

    def _status(self, request: Request, code: str) -> Status:
        actor = self.desk.actor(request)
        with self.desk.door.store.reading() as session:
            return concern_receipts.look(
                session,
                actor,
                self.desk.reporting.intake,
                code,
                source=self.desk.source(request),
            )

    def _show(
        self,
        request: Request,
        code: str,
        status: Status,
        *,
        said: str = "",
        typed: str = "",
        error: str | None = None,
        at: str = "",
        number: int = 200,
    ) -> Response:
        return self.desk.show(
            request,
            "status",
            title=TITLE,
            status=number,
            error=error,
            at=at,
            code=code,
            told=status,
            said=said,
            typed=typed,
            back="/report/receipt",
        )
