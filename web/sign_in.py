"""Signing in and out, the password, and the capacity to work in."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain import accounts, sessions
from domain.accounts import DEMO_PASSWORD, User
from domain.errors import Invalid, NotFound, NotSignedIn
from domain.people import PUBLIC, Permission
from domain.sessions import Visit
from web.door import Door, go, local_path
from web.forms import STALE, Form, Forms
from web.page import page

REFUSED = (
    "That username and password do not go together. After five wrong tries an account is locked"
    " for 15 minutes."
)
Token = Callable[[str], str]


@dataclass(frozen=True)
class SignInPages:
    """The pages of this subject; ``sample`` lists the demo sign-ins and their password."""

    door: Door
    forms: Forms
    sample: bool

    def routes(self) -> list[BaseRoute]:
        """Give every address of this subject."""
        take = self.forms.taken
        return [
            Route("/sign-in", self.show_sign_in, methods=["GET"]),
            Route("/sign-in", take(self.sign_in), methods=["POST"]),
            Route("/signed-out", self.show_signed_out, methods=["GET"]),
            Route("/account", self.show_account, methods=["GET"]),
            Route("/sign-out", take(self.sign_out), methods=["POST"]),
            Route("/sign-out-everywhere", take(self.sign_out_everywhere), methods=["POST"]),
            Route("/change-password", self.show_password, methods=["GET"]),
            Route("/change-password", take(self.change_password), methods=["POST"]),
            Route("/capacity", self.show_capacity, methods=["GET"]),
            Route("/capacity", take(self.choose_capacity), methods=["POST"]),
        ]

    def show_sign_in(
        self,
        request: Request,
        *,
        username: str = "",
        wanted: str = "",
        error: str | None = None,
        status: int = 200,
    ) -> Response:
        """Show the form; someone who is signed in goes on to where they wanted."""
        wanted = local_path(wanted or request.query_params.get("next", "/"))
        if request.method == "GET" and self.door.visit(request) is not None:
            return go(wanted)

        def show(token: Token) -> Response:
            return page(
                "sign_in",
                title="Sign in",
                status=status,
                error=error,
                username=username,
                wanted=wanted,
                demos=self._demos(),
                demo_password=DEMO_PASSWORD,
                token=token,
            )

        return self.forms.shown(request, show)

    def sign_in(self, request: Request, form: Form) -> Response:
        """Take username and password; all failures read the same."""
        typed = {"username": form["username"][:200], "wanted": form["next"]}
        if not form.fresh:
            return self.show_sign_in(request, **typed, error=STALE, status=403)
        if not form["username"].strip() or not form["password"]:
            error = "Enter your username and your password."
            return self.show_sign_in(request, **typed, error=error, status=422)
        with self.door.store.reading() as session:
            checked = sessions.check(session, form["username"], form["password"])
        with self.door.store.writing() as session:  # commits a refusal too: it is counted
            token = sessions.sign_in(session, PUBLIC, checked, self.door.rules)
        if token is None:
            return self.show_sign_in(request, **typed, error=REFUSED, status=401)
        self._leave(request)
        return self.door.let_in(go(self._first(token, local_path(form["next"]))), token)

    def show_account(
        self, request: Request, *, error: str | None = None, status: int = 200
    ) -> Response:
        """Show who is signed in, and what they can do about it."""
        visit = self._visit(request)

        def show(token: Token) -> Response:
            return page(
                "account",
                title="Your account",
                status=status,
                error=error,
                visit=visit,
                calendar=visit.actor.may(Permission.SEE_PLACES),
                token=token,
            )

        return self.forms.shown(request, show)

    def sign_out(self, request: Request, form: Form) -> Response:
        """End the sign-in of this browser."""
        if not form.fresh:
            return self.show_account(request, error=STALE, status=403)
        self._leave(request)
        return self.door.let_out(_emptied(go("/signed-out")))

    def sign_out_everywhere(self, request: Request, form: Form) -> Response:
        """End every sign-in of this person; open pages clear themselves."""
        if not form.fresh:
            return self.show_account(request, error=STALE, status=403)
        visit = self._visit(request)
        with self.door.store.writing() as session:
            sessions.sign_out_everywhere(session, visit.actor)
        return self.door.let_out(_emptied(go("/signed-out")))

    def show_signed_out(self, _request: Request) -> Response:
        """Say that it is done."""
        return page("signed_out", title="Signed out")

    def show_password(
        self,
        request: Request,
        *,
        wanted: str = "",
        error: str | None = None,
        at: str = "old",
        status: int = 200,
    ) -> Response:
        """Show the form for a new password; the only page where one was given out."""
        visit = self._visit(request)

        def show(token: Token) -> Response:
            return page(
                "password",
                title="Choose a password" if visit.must_change else "Change your password",
                status=status,
                error=error,
                error_at=at,
                visit=visit,
                wanted=local_path(wanted or request.query_params.get("next", "/")),
                token=token,
            )

        return self.forms.shown(request, show)

    def change_password(self, request: Request, form: Form) -> Response:
        """Take the new password, end every sign-in, and begin this one anew."""
        visit = self._visit(request)
        wanted = form["next"]
        if not form.fresh:
            return self.show_password(request, wanted=wanted, error=STALE, status=403)
        if form["new"] != form["again"]:
            error = "The two new passwords are not the same. Type them again."
            return self.show_password(request, wanted=wanted, error=error, at="again", status=422)
        try:
            with self.door.store.writing() as session:
                accounts.change_password(session, visit.actor, old=form["old"], new=form["new"])
                token = sessions.begin_anew(session, visit.actor, self.door.rules)
        except Invalid as error:
            return self.show_password(request, wanted=wanted, error=str(error), status=422)
        return self.door.let_in(go(local_path(wanted)), token)

    def show_capacity(
        self, request: Request, *, error: str | None = None, status: int = 200
    ) -> Response:
        """Show the roles that this person holds, to go on in one of them."""
        visit = self._visit(request)
        wanted = local_path(request.query_params.get("next", "/"))

        def show(token: Token) -> Response:
            return page(
                "capacity",
                title="Choose a role",
                status=status,
                error=error,
                visit=visit,
                wanted=wanted,
                token=token,
            )

        return self.forms.shown(request, show)

    def choose_capacity(self, request: Request, form: Form) -> Response:
        """Go on in another role."""
        visit = self._visit(request)
        if not form.fresh:
            return self.show_capacity(request, error=STALE, status=403)
        if not form["grant"].isdecimal():
            return self.show_capacity(request, error="Choose one of your roles.", status=422)
        grant_id, cookie = int(form["grant"][:9]), sessions.token_in(request.cookies)
        try:
            with self.door.store.writing() as session:
                sessions.choose_grant(session, visit.actor, cookie, grant_id)
        except NotFound as error:
            return self.show_capacity(request, error=str(error), status=404)
        return go(local_path(form["next"]))

    def _visit(self, request: Request) -> Visit:
        visit = self.door.visit(request)
        if visit is None:
            raise NotSignedIn("Please sign in.")
        return visit

    def _first(self, token: str, wanted: str) -> str:
        """Where someone goes who just signed in: their password first, then their role."""
        with self.door.store.reading() as session:
            visit = sessions.visit(session, token)
        if visit is not None and visit.must_change:
            return _with_next("/change-password", wanted)
        if visit is not None and visit.others:
            return _with_next("/capacity", wanted)
        return wanted

    def _leave(self, request: Request) -> None:
        visit = self.door.visit(request)
        if visit is not None:
            with self.door.store.writing() as session:
                sessions.sign_out(session, visit.actor, sessions.token_in(request.cookies))

    def _demos(self) -> list[User]:
        if not self.sample:
            return []
        with self.door.store.reading() as session:
            return accounts.demos(session)


def _emptied(response: Response) -> Response:
    """Let the browser throw away what pages kept on this device: cards and visits of patrols."""
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


def _with_next(path: str, wanted: str) -> str:
    return path if wanted == "/" else f"{path}?next={quote(wanted, safe='/')}"
