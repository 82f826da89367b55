"""What the pages of a report share: who asks, from where, the draft, and how a page is shown."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from domain import preferences
from domain.concern_submitting import Intake
from domain.errors import SafegroundError
from domain.people import PUBLIC, Actor, Permission
from domain.preferences import Moderation
from web.door import Door, go
from web.forms import STALE, Form, Forms
from web.page import HERE, page
from web.report_draft import Draft, Drafts

POLICY: Final = (
    "default-src 'self'; script-src 'self'; img-src 'self' data: blob:; object-src 'none';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""As on every plain page, and the small script and the map, both from this server."""
ANEW: Final = "/report?again=1"


@dataclass(frozen=True)
class Reporting:
    """What differs between installations, handed over by the front door.

    ``help_folder`` holds the operator's own help lines. ``leave_for`` is where
    "Leave this site" leads ("": a page of ours that looks like nothing). ``proxies`` is how many
    proxies in front of us add the client's address to X-Forwarded-For.
    """

    intake: Intake
    help_folder: Path | None = None
    leave_for: str = ""
    proxies: int = 0


class Wrong(SafegroundError):
    """An answer that cannot be taken, the field it stands in, and the draft as it was typed."""

    status = 422

    def __init__(self, message: str, at: str, draft: Draft) -> None:
        super().__init__(message)
        self.at, self.draft = at, draft


class Stale(Wrong):
    """An answer from a page that was open for too long, or that is not ours."""

    status = 403


def must_be_fresh(form: Form, draft: Draft) -> None:
    """Refuse what does not come from a page that we showed to this browser."""
    if not form.fresh:
        raise Stale(STALE, "", draft)


@dataclass(frozen=True)
class Desk:
    """Serves the pages of one subject; see `Reporting` for what the operator decides."""

    door: Door
    forms: Forms
    reporting: Reporting
    drafts: Drafts

    def show(
        self,
        request: Request,
        template: str,
        *,
        title: str,
        status: int = 200,
        error: str | None = None,
        at: str = "",
        **given: Any,
    ) -> Response:
        """Show ``templates/report/<template>.html``; an error leads to the field ``at``."""
        where = {"error_at": at} if error and at else {}

        def made(token: Callable[[str], str]) -> Response:
            return page(
                f"report/{template}",
                title=title,
                status=status,
                error=error,
                headers={"Content-Security-Policy": POLICY},
                token=token,
                assets=_assets(),
                leave_for=self.reporting.leave_for or "/today",
                **where,
                **given,
            )

        return self.forms.shown(request, made)

    def actor(self, request: Request) -> Actor:
        """Return who reports: a person who is signed in and may, or the public."""
        visit = self.door.visit(request)
        if visit is None or visit.must_change or not visit.actor.may(Permission.SUBMIT_CONCERN):
            return PUBLIC
        return visit.actor

    def read_when(self) -> str:
        """Say when reports are read, as an administrator wrote it."""
        return self.rules().hours

    def rules(self) -> Moderation:
        """Return how reports are taken here."""
        with self.door.store.reading() as session:
            return preferences.read(session).moderation

    def source(self, request: Request) -> str:
        """Return the client's address, to count floods by; never kept, never logged."""
        told = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
        proxies = self.reporting.proxies
        if 0 < proxies <= len(told) and told[-proxies].strip():
            return told[-proxies].strip()
        return request.client.host if request.client else ""

    def go_with(self, step: str, draft: Draft) -> Response:
        """Go on to a step, with the draft in the browser's keeping."""
        return self.drafts.keep(go(f"/report/{step}"), draft)


def _assets() -> dict[str, str]:
    """Addresses of our style and script, marked by when they changed."""
    names = {"style": "report.css", "script": "report.js", "map": "report_map.js"}
    return {
        what: f"/web/{name}?v={(HERE / 'static' / name).stat().st_mtime_ns}"
        for what, name in names.items()
    }
