"""A small browser without script: cookies, forms, redirects seen and not followed."""

import asyncio
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest
from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.datastructures import Headers

from domain import accounts, grants, passwords
from domain.accounts import Agency, Grant, User
from domain.concern_keys import Keys
from domain.concern_submitting import Intake
from domain.errors import SafegroundError
from domain.people import SYSTEM, Role
from domain.sessions import SignInRules
from tests.conftest import arrange
from web.door import broken, refuse
from web.report_desk import Reporting
from web.routes import web_routes

PASSWORD = "correct horse battery"
QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
HASH = QUICK.hash(PASSWORD)
HTML = {"accept": "text/html", "host": "localhost"}


@dataclass
class Answer:
    """One answer: status, headers and text."""

    status: int
    headers: Headers
    text: str

    @property
    def goes_to(self) -> str | None:
        return self.headers.get("location")

    @property
    def page(self) -> "Page":
        return Page.of(self.text)


class Page(HTMLParser):
    """What a test asks of a page: its forms, labels, headings and text."""

    @classmethod
    def of(cls, text):
        page = cls()
        page.forms, page.inputs, page.labels, page.headings, page.words = {}, [], set(), [], []
        page._action = None
        page.feed(text)
        return page

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self._action = attrs["action"]
            self.forms.setdefault(self._action, {})
        if tag == "input":
            self.inputs.append(attrs)
            self.forms[self._action].setdefault(attrs["name"], attrs.get("value", ""))
        if tag == "label":
            self.labels.add(attrs["for"])
        if tag in ("h1", "h2", "h3"):
            self.headings.append(int(tag[1]))

    def handle_endtag(self, tag):
        if tag == "form":
            self._action = None

    def handle_data(self, data):
        self.words.append(data)

    @property
    def said(self) -> str:
        return " ".join(" ".join(self.words).split())


@dataclass
class Browser:
    """Puts requests to an ASGI app as a browser would, with its cookies."""

    app: Starlette
    cookies: dict[str, str] = field(default_factory=dict)
    set_cookies: dict[str, str] = field(default_factory=dict)
    host: str = "localhost"
    client: str = "127.0.0.1"

    def get(self, path, **headers):
        return self.ask("GET", path, headers=headers)

    def post(self, path, fields, body=None, **headers):
        own = {
            "content-type": "application/x-www-form-urlencoded",
            "origin": f"http://{self.host}",
            "sec-fetch-site": "same-origin",
        }
        sent = urlencode(fields).encode() if body is None else body
        return self.ask("POST", path, body=sent, headers=own | headers)

    def submit(self, page, action, **typed):
        """Open a page, fill in the form that goes to ``action``, and send it."""
        given = self.get(page).page.forms[action]
        return self.post(action, given | typed)

    def sign_in(self, username, password=PASSWORD, page="/sign-in"):
        return self.submit(page, "/sign-in", username=username, password=password)

    def ask(self, method, address, *, body=b"", headers):
        sent = []
        parts = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive():
            return parts.pop(0) if parts else {"type": "http.disconnect"}

        async def send(message):
            sent.append(message)

        asyncio.run(self.app(self.scope(method, address, headers), receive, send))
        answer = Answer(
            sent[0]["status"],
            Headers(raw=sent[0]["headers"]),
            b"".join(message.get("body", b"") for message in sent[1:]).decode(),
        )
        self._keep(answer.headers.getlist("set-cookie"))
        return answer

    def scope(self, method, address, headers, kind="http"):
        path, _, query = address.partition("?")
        given = HTML | {"host": self.host} | {k.replace("_", "-"): v for k, v in headers.items()}
        if self.cookies:
            given["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {
            "type": kind,
            "http_version": "1.1",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "scheme": "http",
            "server": ("localhost", 80),
            "client": (self.client, 1),
            "headers": [
                (k.lower().encode(), v.encode()) for k, v in given.items() if v is not None
            ],
        }

    def _keep(self, lines):
        for line in lines:
            for name, each in SimpleCookie(line).items():
                self.set_cookies[name] = line
                if each["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = each.value


def site(store, *, secure=False, sample=False, routes=(), reporting=None) -> Starlette:
    rules = SignInRules(demo=sample)
    reporting = reporting or Reporting(Intake(Keys([Keys.make()])))
    pages = web_routes(store, rules=rules, secure=secure, sample=sample, reporting=reporting)
    handlers = {SafegroundError: refuse, Exception: broken}
    return Starlette(routes=[*pages, *routes], exception_handlers=handlers)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Hash with less work: these tests are about pages, not about hashes."""
    monkeypatch.setattr(passwords, "_hasher", QUICK)


@pytest.fixture
def user(store) -> int:
    """Pat, a police officer with a password."""
    with store.writing() as session:
        (agency,) = arrange(session, SYSTEM, Agency(name="The force", kind="police"))
        (user,) = arrange(
            session,
            SYSTEM,
            User(username="pat", name="Pat", agency_id=agency.id, password_hash=HASH),
        )
        arrange(session, SYSTEM, Grant(user_id=user.id, role=Role.POLICE))
        return user.id


@pytest.fixture
def browser(store, user) -> Browser:
    return Browser(site(store))


@pytest.fixture
def newcomer(store, user):
    """A person with a one-time password: returns it."""
    with store.writing() as session:
        new, given = accounts.add_user(
            session, SYSTEM, username="new", name="<script>alert(1)</script>", agency_id=1
        )
        grants.give(session, SYSTEM, new.id, role=Role.PARTNER)
    return given
