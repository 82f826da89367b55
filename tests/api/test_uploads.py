"""Large files on their way in, through the route as a browser uses it."""

import asyncio
import json
import stat

import pytest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect

from api.uploads import upload_routes
from domain.errors import Invalid, NotFound, NotPermitted, NotSignedIn
from domain.people import Role
from exchange import uploads

FROM_US = {"x-safeground-upload": "1", "host": "localhost", "origin": "http://localhost",
           "sec-fetch-site": "same-origin"}  # fmt: skip
MOST = 3 << 20


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "uploads"


@pytest.fixture
def call(folder, people):
    """Call the routes as someone: ``call("POST", "/uploads?name=a.csv", parts, Role.ANALYST)``."""

    def ask(method, address, parts=(), role=Role.ANALYST, headers=FROM_US, broken=False):
        def who(_request):
            if role is None:
                raise NotSignedIn("Please sign in.")
            return people[role]

        app = Starlette(routes=upload_routes(folder, who, MOST))
        return asyncio.run(_call(app, method, address, list(parts), headers, broken=broken))

    return ask


async def _call(app, method, address, parts, headers, *, broken):
    sent, waiting = [], parts or [b""]

    async def receive():
        if waiting:
            body = waiting.pop(0)
            return {"type": "http.request", "body": body, "more_body": bool(waiting) or broken}
        if not broken:
            await asyncio.Event().wait()  # a browser that waits for its answer
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    path, _, query = address.partition("?")
    scope = {"type": "http", "http_version": "1.1", "method": method, "path": path,
             "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
             "scheme": "http", "server": ("localhost", 80), "client": ("127.0.0.1", 1),
             "headers": [(k.encode(), v.encode()) for k, v in headers.items()]}  # fmt: skip
    await app(scope, receive, send)
    return sent[0]["status"], b"".join(each.get("body", b"") for each in sent[1:])


def test_a_file_comes_in_whole_and_private(call, folder, people):
    status, body = call("POST", "/uploads?name=my%20file.csv", [b"a,b\n"])
    told = json.loads(body)
    assert (status, told["name"], told["size"]) == (200, "my file.csv", 4)
    upload = uploads.claimed(folder, people[Role.ANALYST], told["token"])
    assert (upload.file.read_bytes(), upload.file.name) == (b"a,b\n", "file.csv")
    assert stat.S_IMODE(upload.file.stat().st_mode) == 0o600


def test_many_parts_come_in_order(call, folder, people):
    parts = [bytes([number]) * 700_000 for number in range(4)]
    token = json.loads(call("POST", "/uploads?name=a", parts)[1])["token"]
    assert uploads.claimed(folder, people[Role.ANALYST], token).file.read_bytes() == b"".join(parts)


@pytest.mark.parametrize("headers", [{}, {"content-length": str(MOST + 1)}])
def test_what_is_larger_than_the_limit_is_refused_and_not_kept(call, folder, headers):
    with pytest.raises(Invalid, match="too large: 3 MB is the most"):
        call("POST", "/uploads?name=a", [b"x" * (MOST // 2)] * 3, headers=FROM_US | headers)
    assert not any(folder.glob("*"))


def test_a_broken_line_leaves_nothing(call, folder):
    with pytest.raises(ClientDisconnect):
        call("POST", "/uploads?name=a", [b"x"], broken=True)
    assert not any(folder.glob("*"))


def test_an_empty_file_is_refused(call, folder):
    with pytest.raises(Invalid, match="empty"):
        call("POST", "/uploads?name=a")
    assert not any(folder.glob("*"))


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "localhost"},
        FROM_US | {"sec-fetch-site": "cross-site"},
        FROM_US | {"sec-fetch-site": "same-site"},
        FROM_US | {"origin": "https://elsewhere.example"},
        FROM_US | {"origin": "null"},
        {key: value for key, value in FROM_US.items() if key != "x-safeground-upload"},
    ],
)
def test_another_site_cannot_send_for_someone(call, folder, headers):
    with pytest.raises(NotPermitted):
        call("POST", "/uploads?name=a", [b"x"], headers=headers)
    assert not any(folder.glob("*"))


@pytest.mark.parametrize(
    "role", [None, *(each for each in Role if each not in (Role.ANALYST, Role.COORDINATOR))]
)
def test_only_who_may_import_sends_or_fetches(call, role):
    refusal = NotSignedIn if role is None else NotPermitted
    for method, address in (
        ("POST", "/uploads?name=a"),
        ("DELETE", "/uploads/x"),
        ("GET", "/batches/x/rejects.csv"),
        ("GET", "/templates/missing-touches.csv"),
    ):
        with pytest.raises(refusal):
            call(method, address, [b"x"], role)


def test_rejected_rows_are_fetched_once_and_only_by_their_own(call, folder, people):
    upload = uploads.begin(folder, people[Role.ANALYST])
    upload.rejects.write_text("row,reason\n")
    address = f"/batches/{upload.token}/rejects.csv"
    with pytest.raises(NotFound):
        call("GET", address, role=Role.COORDINATOR)
    assert call("GET", address) == (200, b"row,reason\n")
    assert not upload.folder.exists()
    with pytest.raises(NotFound):
        call("GET", address)


def test_a_sent_file_is_removed_by_its_own(call, people, folder):
    token = json.loads(call("POST", "/uploads?name=a", [b"x"])[1])["token"]
    with pytest.raises(NotFound):
        call("DELETE", f"/uploads/{token}", role=Role.COORDINATOR)
    with pytest.raises(NotPermitted):
        call("DELETE", f"/uploads/{token}", headers={"host": "localhost"})
    assert call("DELETE", f"/uploads/{token}")[0] == 204
    assert not any(folder.glob("*"))


def test_the_template_is_given_out(call):
    status, body = call("GET", "/templates/missing-touches.csv")
    assert status == 200
    assert body.startswith(b"touch_id,source,role,date")
    with pytest.raises(NotFound):
        call("GET", "/templates/settings.py")
