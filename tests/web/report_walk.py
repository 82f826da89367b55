"""Walking through a report as a browser without script does."""

from shapely import Point, box

from domain import gazetteer
from domain.areas import Area, AreaKind
from domain.gazetteer import POSTCODE, STREET, GazetteerEntry
from domain.people import SYSTEM
from tests.conftest import arrange

ANSWERS = {
    "/report": {"danger": "no"},
    "/report/where": {"sought": "EM1 3AA"},
    "/report/spot": {"hit": "postcode-466757-543692", "precision": "street"},
    "/report/kind": {"kind": "park"},
    "/report/worries": {"worry-dark": "yes", "help-staff": "yes"},
    "/report/when": {"time-evening": "yes", "still": "yes"},
    "/report/words": {"words": "The lamp by the steps is broken."},
    "/report/you": {"way": "saw", "role": "resident"},
}
NAMES = (
    (POSTCODE, "EM1 3AA", 466756.6, 543692.4),
    (STREET, "Mill Lane", 466500.0, 543700.0),
    (STREET, "Mill Lane", 467500.0, 543100.0),
    (STREET, "Far Away Road", 560000.0, 543000.0),
)


def town(store):
    """Lay out a partnership with a boundary, a postcode and three streets."""
    names = [
        GazetteerEntry(
            kind=kind,
            name=name,
            sought=gazetteer.sought(kind, name),
            district="Eastbridge",
            source="test",
            key=f"{number}",
            spot=Point(east, north),
        )
        for number, (kind, name, east, north) in enumerate(NAMES)
    ]
    outline = box(460_000, 538_000, 472_000, 550_000)
    boundary = Area(
        kind=AreaKind.PARTNERSHIP, code="E1", name="Eldermere", vintage="2026", outline=outline
    )
    with store.writing() as session:
        arrange(session, SYSTEM, boundary, *names)


def token(browser, path, action=None):
    """Open a page and return the token of its form."""
    return browser.get(path).page.forms[action or path]["form_token"]


def answer(browser, path, *, action=None, **fields):
    """Open a page, answer it and send it."""
    given = {"form_token": token(browser, path, action)}
    return browser.post(action or path, given | fields)


def walk(browser, until="/report/check", **changed):
    """Answer every page before ``until``; ``changed`` has other answers by the page's last word."""
    for path, fields in ANSWERS.items():
        if path == until:
            return
        sent = answer(browser, path, **changed.get(path.rpartition("/")[2], fields))
        assert sent.status == 303, (path, sent.page.said)


def send(browser, **fields):
    """Send what was answered; return the receipt's code."""
    sent = answer(browser, "/report/check", **fields)
    assert (sent.status, sent.goes_to) == (303, "/report/done")
    return code_on(browser)


def code_on(browser):
    """Return the code that the last page shows."""
    return browser.get("/report/note.txt").text.strip()


def receipt(browser, code, action="/report/receipt", **fields):
    """Ask what came of a code, or do something with it."""
    given = {"code": code, "form_token": token(browser, "/report/receipt")}
    if action != "/report/receipt":
        shown = browser.post("/report/receipt", given).page.forms
        given["form_token"] = shown[action]["form_token"]
    return browser.post(action, given | fields)
