"""Report a place that worries you: one thing a page, without an account, without script.

The first page asks for danger before anything else. Answers travel in a sealed cookie of the
reporter's own browser (`web.report_draft`); nothing is stored here before the report is sent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from domain import (
    codes,
    concern_help,
    concern_photos,
    concern_submitting,
    identifiers,
    photographs,
)
from domain.concern_near import near_places
from domain.concern_submitting import Report
from domain.errors import Invalid, NotFound, SafegroundError, TooMany
from domain.people import Permission
from domain.photographs import Picture
from domain.visibility import sees_names
from web import report_answers
from web.door import go
from web.forms import STALE, Form
from web.page import HEADERS
from web.report_answers import TAKE, TITLES, label, offered
from web.report_desk import ANEW, Desk, Wrong, must_be_fresh
from web.report_draft import ORDER, Draft
from web.report_where import WherePages
from web.wording import kinder, told

DANGER: Final = ("yes", "no")
Show = Callable[..., Response]


@dataclass(frozen=True)
class ReportPages:
    """Every page from the danger gate to the receipt."""

    desk: Desk

    def routes(self) -> list[BaseRoute]:
        """Give every address of this subject; the rest below ``/report`` is not here."""
        take, where = self.desk.forms.taken, WherePages(self.desk)
        asked = [route for step in TAKE for route in self._step(step)]
        return [
            Route("/report", self.show_start, methods=["GET"]),
            Route("/report", take(self.take_start), methods=["POST"]),
            Route("/report/danger", self.show_danger, methods=["GET"]),
            Route("/report/where", where.show_where, methods=["GET"]),
            Route("/report/where", take(where.take_where), methods=["POST"]),
            Route("/report/spot", where.show_spot, methods=["GET"]),
            Route("/report/spot", take(where.take_spot), methods=["POST"]),
            Route("/report/outside", where.show_outside, methods=["GET"]),
            *asked,
            Route("/report/words/check", take(self.check_words), methods=["POST"]),
            Route("/report/young", self.show_young, methods=["GET"]),
            Route("/report/check", self.show_check, methods=["GET"]),
            Route("/report/check", self._sending(), methods=["POST"]),
            Route("/report/done", self.show_done, methods=["GET"]),
            Route("/report/note.txt", self.save_code, methods=["GET"]),
        ]

    def show_start(
        self, request: Request, *, error: str | None = None, status: int = 200
    ) -> Response:
        """Ask whether someone is in danger now, and say what this is for and how it is kept."""
        return self.desk.show(
            request,
            "start",
            title="Report a place that worries you",
            status=status,
            error=error,
            at="danger-no",
            emergency=self._line("emergency"),
            again="again" in request.query_params,
            read_when=self.desk.read_when(),
            back="",
        )

    def take_start(self, request: Request, form: Form) -> Response:
        """Begin a report anew; danger leads to who to call first."""
        if not form.fresh:
            return self.show_start(request, error=STALE, status=403)
        if form["danger"] not in DANGER:
            error = "Say whether someone is in danger now."
            return self.show_start(request, error=error, status=422)
        danger = form["danger"] == "yes"
        return self.desk.go_with(
            "danger" if danger else "where", self.desk.drafts.new(danger=danger)
        )

    def show_danger(self, request: Request) -> Response:
        """Say who to call, 999 first; a report can follow."""
        lines = concern_help.lines(self.desk.reporting.help_folder)
        return self.desk.show(
            request,
            "danger",
            title="Call 999 now",
            lines=[each for each in lines if each.code != "emergency"],
            emergency=self._line("emergency"),
            draft=self.desk.drafts.read(request),
            read_when=self.desk.read_when(),
            back="/report",
        )

    def show_step(
        self,
        request: Request,
        step: str,
        draft: Draft | None = None,
        wrong: Wrong | None = None,
    ) -> Response:
        """Show the page of ``step``, or the first before it that was not answered."""
        draft = draft or self.desk.drafts.read(request)
        elsewhere = _elsewhere(draft, step)
        if elsewhere or draft is None:
            return go(elsewhere or ANEW)
        return self.desk.show(
            request,
            step,
            title=TITLES[step],
            status=wrong.status if wrong else 200,
            error=str(wrong) if wrong else None,
            at=wrong.at if wrong else "",
            draft=draft,
            back="/report/check" if draft.missing == "check" else f"/report/{_behind(step)}",
            **self._given(request, step),
        )

    def take_step(self, request: Request, form: Form, step: str) -> Response:
        """Take the answer to ``step`` and go on; a refused one is shown again as it was typed."""
        draft = self.desk.drafts.read(request)
        elsewhere = _elsewhere(draft, step)
        if elsewhere or draft is None:
            return go(elsewhere or ANEW)
        try:
            taken = TAKE[step](form, draft)
            must_be_fresh(form, taken)
        except Wrong as wrong:
            return self.show_step(request, step, wrong.draft, wrong)
        return self.desk.go_with(_onwards(form, step, draft, taken), taken)

    def check_words(self, _request: Request, form: Form) -> Response:
        """Say what in a text would be covered or could be kinder; nothing is kept.

        Words of the writer's own choice ("keep my words") are told by their ids in ``keep``.
        """
        if not form.fresh:
            return JSONResponse({"error": STALE}, status_code=403, headers=HEADERS)
        try:
            shown, _ = concern_submitting.preview(form["words"])
        except Invalid as error:
            return JSONResponse({"error": str(error)}, status_code=422, headers=HEADERS)
        return JSONResponse(told(form["words"], shown, form["keep"]), headers=HEADERS)

    def show_young(self, request: Request) -> Response:
        """Offer someone under 18 people to talk to; nobody asks them for a contact."""
        lines = concern_help.lines(self.desk.reporting.help_folder)
        wanted = [each for each in lines if each.for_under_18 or each.code == "first_contact"]
        draft = self.desk.drafts.read(request)
        elsewhere = _elsewhere(draft, "check")
        if elsewhere:
            return go(elsewhere)
        return self.desk.show(
            request, "young", title="You can talk to someone", lines=wanted, back="/report/you"
        )

    def show_check(
        self, request: Request, *, error: str | None = None, status: int = 200, at: str = "send"
    ) -> Response:
        """Show every answer as it will be kept, with a way to change each.

        A reader who is cleared for places sees which are near; everybody else's page is the same
        whatever is known there.
        """
        draft = self.desk.drafts.read(request)
        elsewhere = _elsewhere(draft, "check")
        if elsewhere or draft is None:
            return go(elsewhere or ANEW)
        shown, finds = concern_submitting.preview(draft.words)
        near, near_finds = concern_submitting.preview(draft.near)
        return self.desk.show(
            request,
            "check",
            title=TITLES["check"],
            status=status,
            error=error,
            at=at,
            draft=draft,
            rows=_rows(draft, shown, near),
            covered=identifiers.named([*finds, *near_finds]),
            kinder=kinder(draft.words),
            known=self._known(request, draft),
            photos=concern_photos.MOST if self._takes_photos(draft) else 0,
            back="/report/you",
        )

    def send(self, request: Request, form: Form) -> Response:
        """Send the report; the same draft, sent again, gets the same receipt."""
        draft = self.desk.drafts.read(request)
        elsewhere = _elsewhere(draft, "check")
        if elsewhere or draft is None:
            return go(elsewhere or ANEW)
        if not form.fresh:
            return self.show_check(request, error=STALE, status=403)
        try:
            photos = self._photos(request, draft, form)
        except Invalid as error:
            return self.show_check(request, error=str(error), status=error.status, at="photo")
        except TooMany as error:
            return self.show_check(request, error=str(error), status=error.status)
        try:
            code = self._sent(request, draft.report(form["website"], photos), draft.submission)
        except SafegroundError as error:
            return self.show_check(request, error=str(error), status=error.status)
        return self.desk.go_with("done", self.desk.drafts.sent(draft, code))

    def show_done(self, request: Request) -> Response:
        """Give the receipt's code, and say what happens next."""
        draft = self.desk.drafts.read(request)
        if draft is None or not draft.code:
            return go(ANEW if draft is None else f"/report/{draft.missing}")
        return self.desk.show(
            request,
            "done",
            title="Thank you. We have your report",
            code=draft.code,
            emergency=self._line("emergency"),
            childline=self._line("childline"),
            read_when=self.desk.read_when(),
            back="",
        )

    def save_code(self, request: Request) -> Response:
        """Hand the code over as a small file with a name that says nothing."""
        draft = self.desk.drafts.read(request)
        if draft is None or not draft.code:
            raise NotFound("There is no receipt open in this browser.")
        headers = HEADERS | {"Content-Disposition": 'attachment; filename="note.txt"'}
        return PlainTextResponse(f"{draft.code}\n", headers=headers)

    def _step(self, step: str) -> list[BaseRoute]:
        def show(request: Request) -> Response:
            return self.show_step(request, step)

        def answer(request: Request, form: Form) -> Response:
            return self.take_step(request, form, step)

        path = f"/report/{step}"
        return [
            Route(path, show, methods=["GET"]),
            Route(path, self.desk.forms.taken(answer), methods=["POST"]),
        ]

    def _sending(self) -> Callable[[Request], object]:
        return self.desk.forms.taken_with_files(
            self.send, most=concern_photos.MOST, of_bytes=photographs.MOST_BYTES
        )

    def _sent(self, request: Request, report: Report, submission: str) -> str:
        actor, source = self.desk.actor(request), self.desk.source(request)
        intake = self.desk.reporting.intake
        with self.desk.door.store.writing() as session:
            sent = concern_submitting.submit(
                session, actor, intake, report, submission=submission, source=source
            )
        return sent.code

    def _photos(self, request: Request, draft: Draft, form: Form) -> tuple[Picture, ...]:
        """Paint anew what was chosen, if it is taken here and its sender may send."""
        if not form.files or not self._takes_photos(draft):
            return ()
        rules, intake = self.desk.rules(), self.desk.reporting.intake
        source, actor = self.desk.source(request), self.desk.actor(request)
        concern_submitting.may_send(actor, intake, rules, source=source)
        return tuple(map(photographs.clean, form.files))

    def _takes_photos(self, draft: Draft) -> bool:
        """Say whether this reporter is asked for photographs: never somebody under 18."""
        return not draft.under_18 and self.desk.rules().photographs

    def _known(self, request: Request, draft: Draft) -> list[tuple[int, str]]:
        """Return the places near the spot that this reader may read of: number and name."""
        actor = self.desk.actor(request)
        if not actor.may(Permission.SEE_PLACES):
            return []
        with self.desk.door.store.reading() as session:
            near = near_places(session, actor, draft.place, draft.place_type)
            named = sees_names(actor)
            return [(each.id, each.name if named else each.neutral_name) for each in near[:3]]

    def _given(self, request: Request, step: str) -> dict[str, Any]:
        """Return what a page offers to choose from."""
        match step:
            case "kind":
                return {"kinds": offered("place_types")}
            case "worries":
                return {"worries": offered("concern_worries"), "helps": offered("concern_helps")}
            case "when":
                still = report_answers.STILL
                return {
                    "times": offered("time_bands"),
                    "days": offered("day_types"),
                    "still": still,
                }
            case "you":
                lists = {"ways": offered("ways_known"), "roles": offered("reporter_roles")}
                return lists | {"may_phone": self._may_phone(request)}
        return {}

    def _may_phone(self, request: Request) -> bool:
        actor = self.desk.actor(request)
        return actor.may(Permission.REPORT) or actor.may(Permission.MODERATE)

    def _line(self, code: str) -> concern_help.HelpLine:
        return concern_help.line(code, self.desk.reporting.help_folder)


def _elsewhere(draft: Draft | None, step: str) -> str | None:
    """Return where to go instead of ``step``, if it cannot be shown yet or any more."""
    if draft is None:
        return ANEW
    if draft.code:
        return "/report/done"
    if step == "contact" and draft.under_18:
        return "/report/check"
    missing = draft.before(step)
    return f"/report/{missing}" if missing else None


def _behind(step: str) -> str:
    return ORDER[ORDER.index(step) - 1]


def _onwards(form: Form, step: str, before: Draft, taken: Draft) -> str:
    """Return the page after ``step``: on, to a page that was asked for, or to the answers."""
    if step == "you" and taken.under_18:
        return "young"
    if step == "you" and form["next"] == "contact":
        return "contact"
    if form["next"] == "you" and before.missing != "check":
        return "you"
    return taken.after(step)


def _rows(draft: Draft, words: str, near: str) -> list[tuple[str, str, list[str]]]:
    """Return (what, step that changes it, answers) of every answer, words as they will be kept."""
    listed = _listed
    return [
        ("Place", "where", [draft.spot, *filter(None, [near]), _sure(draft)]),
        ("Kind of place", "kind", [label("place_types", draft.place_type)]),
        ("What worries you", "worries", listed("concern_worries", draft.worries)),
        ("What helps there", "worries", listed("concern_helps", draft.helps)),
        (
            "When",
            "when",
            [
                *listed("time_bands", draft.times, ""),
                *listed("day_types", draft.days, ""),
                report_answers.STILL[draft.still],
            ],
        ),
        ("Your words", "words", words.split("\n") if words else ["None"]),
        ("How you know", "you", [label("ways_known", draft.ways_known), *_who(draft)]),
        *(
            []
            if draft.under_18
            else [("How to reach you", "contact", [draft.contact or "Not given"])]
        ),
    ]


def _sure(draft: Draft) -> str:
    code = codes.current().precision[draft.precision]
    said = (code.note or code.label).split(". ")[0].rstrip(".")
    return f"How sure: {said[:1].lower()}{said[1:]}"


def _listed(name: str, chosen: tuple[str, ...], nothing: str = "Nothing chosen") -> list[str]:
    return [label(name, each) for each in chosen] or ([nothing] if nothing else [])


def _who(draft: Draft) -> list[str]:
    role = label("reporter_roles", draft.role) if draft.role else "You: not said"
    extra = {"Under 18": draft.under_18, "Taken by phone for someone else": draft.on_behalf}
    return [role, *(words for words, said in extra.items() if said)]
