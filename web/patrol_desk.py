"""What the pages of a patrol share: who is on shift, how a page is shown, and its policy."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from domain import sessions
from domain.codes import Code, current, ref
from domain.errors import NotSignedIn
from domain.people import Actor, Permission
from web.door import Door
from web.forms import Forms
from web.page import HERE, page

POLICY: Final = (
    "default-src 'self'; script-src 'self'; worker-src 'self'; manifest-src 'self';"
    " img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)
"""As on the pages of a report, and our own service worker and manifest; no other host."""
SENSITIVE: Final = ref("markings", "OFFICIAL-SENSITIVE")


@dataclass(frozen=True)
class Desk:
    """Serves the pages of patrols to those who are signed in and may record them."""

    door: Door
    forms: Forms

    def actor(self, request: Request) -> Actor:
        """Return who is on shift.

        Raises
        ------
        NotSignedIn, NotPermitted
            Nobody is, or they may not plan and record patrols.
        """
        visit = self.door.visit(request)
        if visit is None or visit.must_change:
            raise NotSignedIn("Please sign in.")
        visit.actor.must(Permission.PATROL)
        if visit.touch_due and _is_an_act(request):
            with self.door.store.writing() as session:
                sessions.touch(session, visit.actor, sessions.token_in(request.cookies))
        return visit.actor

    def show(
        self,
        request: Request,
        template: str,
        *,
        title: str,
        status: int = 200,
        error: str | None = None,
        at: str = "",
        until: int = 0,
        keep: tuple[str, ...] = (),
        **given: Any,
    ) -> Response:
        """Show ``templates/patrol/<template>.html`` to the officer who asks.

        ``until`` (seconds since 1970) is how long a phone may keep the page, 0 for not at all;
        ``keep`` are further pages that it fetches for when there is no signal.
        """
        actor = self.actor(request)
        where = {"error_at": at} if error and at else {}

        headers = {"Content-Security-Policy": POLICY, "X-Patrol-Who": mark(actor)}
        if until and status == 200:
            headers["X-Patrol-Until"] = str(until)

        def made(token: Callable[[str], str]) -> Response:
            return page(
                f"patrol/{template}",
                title=title,
                status=status,
                error=error,
                headers=headers,
                token=token,
                assets=_assets(),
                who=mark(actor),
                name=actor.name,
                keep=" ".join(keep),
                sensitive=current().markings[SENSITIVE],
                **where,
                **given,
            )

        return self.forms.shown(request, made)


def _is_an_act(request: Request) -> bool:
    """Say whether a person opened or sent a page, rather than the script by itself."""
    return request.headers.get("sec-fetch-mode") == "navigate"


def mark(actor: Actor) -> str:
    """Return what tells one officer's phone store from another's; it names nobody."""
    return sha256(f"patrol {actor.id} {actor.agency_id}".encode()).hexdigest()[:24]


def offered(name: str) -> list[Code]:
    """Return the codes of a list that a form offers, in their order."""
    return [each for each in current()[name].values() if not each.retired]


def _assets() -> dict[str, str]:
    """Addresses of our style and script, marked by when they changed."""
    names = {
        "report": "report.css",
        "style": "patrol.css",
        "script": "patrol.js",
        "queue": "patrol_queue.js",
    }
    return {
        what: f"/web/{name}?v={(HERE / 'static' / name).stat().st_mtime_ns}"
        for what, name in names.items()
    }
