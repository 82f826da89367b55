"""How a plain page is made: the template, its headers, and what every page carries."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from domain import codes

HERE: Final = Path(__file__).parent
NOTICE: Final = "For invented data only"
MARKING: Final = codes.ref("markings", "OFFICIAL")
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none';"
        " form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # not "no-referrer": with it browsers send "Origin: null" with our own forms as well
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}

_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(
    template: str,
    *,
    title: str,
    status: int = 200,
    error: str | None = None,
    headers: Mapping[str, str] | None = None,
    **given: Any,
) -> Response:
    """Render ``templates/<template>.html``; ``error`` stands in a summary that takes the focus.

    ``headers`` come beside or instead of those that every page has.
    """
    text = render(template, title=title, error=error, **given)
    return HTMLResponse(text, status_code=status, headers=HEADERS | dict(headers or {}))


def render(template: str, **given: Any) -> str:
    """Render ``templates/<template>.html`` with what every page carries."""
    return _templates.get_template(f"{template}.html").render(
        marking=codes.current().markings[MARKING].label,
        notice=NOTICE,
        style=f"/web/web.css?v={_mark()}",
        **given,
    )


def wants_page(request: Request) -> bool:
    """Say whether a browser asks for something to show, rather than a program for data."""
    return "text/html" in request.headers.get("accept", "")


def static_routes() -> list[BaseRoute]:
    """Serve our own styles and signs at ``/web/...``; they are public."""
    return [Mount("/web", StaticFiles(directory=HERE / "static"))]


def _mark() -> int:
    return (HERE / "static" / "web.css").stat().st_mtime_ns
