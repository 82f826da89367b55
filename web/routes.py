"""Every plain page there is."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.errors import NotFound
from domain.sessions import SignInRules
from store.database import Store
from web import patrol_desk
from web.calendar import CalendarPages
from web.door import Door, go
from web.forms import Forms
from web.leaving import LeavingPages
from web.page import static_routes
from web.patrol import PatrolPages
from web.receipt import ReceiptPages
from web.report import ReportPages
from web.report_desk import Desk, Reporting
from web.report_draft import Drafts
from web.sign_in import SignInPages
from web.wording import WordPages


def web_routes(
    store: Store, *, rules: SignInRules, secure: bool, sample: bool, reporting: Reporting
) -> list[BaseRoute]:
    """Serve the plain pages from ``store``, and their style at ``/web``.

    ``secure`` keeps cookies to TLS; ``sample`` lists the demo sign-ins, whose ``rules.demo``
    must be set too. ``reporting`` is what the pages for the public are told by the operator.
    """
    door, forms = Door(store, rules, secure), Forms(secure)
    desk = Desk(door, forms, reporting, Drafts(reporting.intake.keys, secure))
    return [
        *SignInPages(door, forms, sample).routes(),
        *ReportPages(desk).routes(),
        *ReceiptPages(desk).routes(),
        *LeavingPages(desk).routes(),
        *WordPages(door, forms).routes(),
        *PatrolPages(patrol_desk.Desk(door, forms)).routes(),
        *CalendarPages(door, forms).routes(),
        Route("/report/{rest:path}", _nothing, methods=["GET", "POST"]),
        *static_routes(),
    ]


def _nothing(request: Request) -> Response:
    """Answer below ``/report`` what is not there, before the app's own pages would."""
    if not request.path_params["rest"]:
        return go("/report")
    raise NotFound("There is no such page. Go back to the start of the report.")
