"""Leave this site: from every page of a report to one that looks like nothing of ours."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from domain.matching import LONDON
from web.door import go
from web.forms import Form
from web.page import HEADERS, render
from web.report_desk import Desk

QUIET: Final = HEADERS | {"Referrer-Policy": "no-referrer"}


@dataclass(frozen=True)
class LeavingPages:
    """Wipes the draft, and shows a page that says nothing."""

    desk: Desk

    def routes(self) -> list[BaseRoute]:
        """Give the addresses of this subject."""
        return [
            Route("/report/leave", self.desk.forms.taken(self.leave), methods=["POST"]),
            Route("/today", self.show_today, methods=["GET"]),
        ]

    def leave(self, _request: Request, _form: Form) -> Response:
        """Wipe the draft and go; a page that was open for too long may leave as well."""
        response = self.desk.drafts.wipe(go("/today"))
        secure = self.desk.forms.secure
        response.delete_cookie(
            self.desk.forms.cookie, httponly=True, samesite="strict", secure=secure
        )
        return response

    def show_today(self, _request: Request) -> Response:
        """Show the date, or send the browser on to the operator's own address."""
        now = datetime.now(LONDON)
        text = render(
            "report/today",
            now=f"{now:%A} {now.day} {now:%B}",
            onwards=self.desk.reporting.leave_for,
        )
        return HTMLResponse(text, headers=QUIET)
