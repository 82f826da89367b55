"""The app under a plain ASGI server, started from another folder, and watched from inside."""

import http.client
import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from domain.accounts import DEMO_PASSWORD
from scripts import town
from tests.outside import guarded

TILE = "/tiles/incidents/14/8148/5199.mvt"
PAGE = {"Accept": "text/html"}


@contextmanager
def served(env, folder):
    port = town.free_port()
    command = ["uvicorn", "app:app", "--app-dir", str(town.HOUSE), "--port", str(port)]
    away = folder / "away"
    away.mkdir()
    address = f"http://localhost:{port}"
    log, ready = folder / "log", f"{address}/healthz"
    with town.running(command, env=env, cwd=away, log=log, ready=ready):
        yield address


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("app")


@pytest.fixture(scope="module")
def watched(folder, town_file):
    """The environment of a loaded town, and the file of its attempts to reach other hosts."""
    var = folder / "var"
    var.mkdir()
    env, attempts = guarded(town.installation(var), folder)
    town.settle(town_file, var)
    return env, attempts


@pytest.fixture(scope="module")
def address(watched, folder):
    with served(watched[0], folder) as address:
        yield address


def ask(address, path, *, method="GET", body=None, **headers):
    """One request; redirects are seen and not followed."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body=body, headers=named)
    answer = connection.getresponse()
    answer.body = answer.read()
    connection.close()
    return answer


class Token(HTMLParser):
    """Finds what the sign-in form carries unseen."""

    def __init__(self, page):
        super().__init__()
        self.hidden = {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "input" and attrs.get("type") == "hidden":
            self.hidden[attrs["name"]] = attrs.get("value", "")


def cookies_of(answer):
    jar = SimpleCookie()
    for line in answer.msg.get_all("set-cookie", []):
        jar.load(line)
    return {name: each.value for name, each in jar.items()}


def written(cookies):
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


@pytest.fixture(scope="module")
def cookie(address):
    """The cookies of a chair who signed in."""
    form = ask(address, "/sign-in", **PAGE)
    cookies = cookies_of(form)
    typed = Token(form.body.decode()).hidden | {"username": "chair", "password": DEMO_PASSWORD}
    answer = ask(
        address, "/sign-in", method="POST", body=urlencode(typed), Cookie=written(cookies),
        Origin=address, Content_Type="application/x-www-form-urlencoded", **PAGE,
    )  # fmt: skip
    assert answer.status == 303, answer.body
    return written(cookies | cookies_of(answer))


def first_words(address, cookie):
    """Open a page's socket as a browser does, and return all that the first run sends."""
    url = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
    ask_to_run = BackMsg()
    ask_to_run.rerun_script.query_string = ""
    heard = []
    with connect(
        url, additional_headers={"Cookie": cookie}, origin=address, subprotocols=["streamlit"],
        max_size=None, proxy=None,
    ) as socket:  # fmt: skip
        socket.send(ask_to_run.SerializeToString())
        while not heard or heard[-1].WhichOneof("type") != "script_finished":
            heard.append(ForwardMsg.FromString(socket.recv(timeout=60)))
    return heard


def test_health_says_that_every_part_is_right(address):
    answer = ask(address, "/healthz")
    assert answer.status == 200
    assert json.loads(answer.body) == {
        "status": "ok", "database": "ok", "migrations": "ok", "assets": "ok",
    }  # fmt: skip


def test_a_stranger_is_sent_to_the_sign_in_page(address):
    answer = ask(address, "/?layers=places", **PAGE)
    assert answer.status == 303
    assert answer.getheader("location").startswith("/sign-in")


def test_a_stranger_gets_no_tile(address):
    assert ask(address, TILE).status == 401


def test_a_stranger_gets_no_socket(address):
    with pytest.raises(InvalidStatus, match="403"):
        first_words(address, "")


@pytest.mark.parametrize("host", ["safeground.example", "192.0.2.7", "localhost.example"])
def test_the_sample_refuses_a_foreign_name(address, cookie, host):
    assert ask(address, "/", Host=host, Cookie=cookie, **PAGE).status == 403
    assert ask(address, "/sign-in", Host=host, **PAGE).status == 403


def test_a_signed_in_chair_gets_page_and_tile(address, cookie):
    page = ask(address, "/", Cookie=cookie, **PAGE)
    assert page.status == 200
    assert b"frame-ancestors" in page.getheader("content-security-policy").encode()
    tile = ask(address, TILE, Cookie=cookie)
    assert tile.status == 200
    assert tile.body


def test_the_browser_is_told_to_send_no_statistics(address, cookie):
    heard = first_words(address, cookie)
    told = [each.new_session.config for each in heard if each.WhichOneof("type") == "new_session"]
    assert [config.gather_usage_stats for config in told] == [False]


@pytest.mark.parametrize("option", ["postScriptGC", "magicEnabled"])
def test_no_collection_follows_a_click_and_no_page_shows_its_own_words(watched, tmp_path, option):
    told = f"import app; from streamlit import config; print(config.get_option('runner.{option}'))"
    env = {**watched[0], "PYTHONPATH": f"{town.HOUSE}{os.pathsep}{watched[0]['PYTHONPATH']}"}
    asked = [sys.executable, "-c", told]
    answer = subprocess.run(
        asked, env=env, cwd=tmp_path, capture_output=True, check=True, text=True
    )
    assert answer.stdout.split()[-1] == "False"


def test_a_page_runs_without_a_mistake(address, cookie):
    kinds = [
        each.delta.new_element.WhichOneof("type") for each in first_words(address, cookie)
        if each.WhichOneof("type") == "delta"
    ]  # fmt: skip
    assert len(kinds) > 5
    assert "exception" not in kinds


def test_a_stranger_gets_the_base_map_only_while_they_report_a_place(address):
    tile = "/basemap/14/8148/5199"
    assert ask(address, tile).status == 401
    form = ask(address, "/report", **PAGE)
    typed = {**Token(form.body.decode()).hidden, "danger": "no"}
    begun = ask(
        address, "/report", method="POST", body=urlencode(typed), Origin=address,
        Cookie=written(cookies_of(form)), Content_Type="application/x-www-form-urlencoded", **PAGE,
    )  # fmt: skip
    assert begun.status == 303
    draft = written(cookies_of(begun))
    assert ask(address, tile, Cookie=draft).status in (200, 204)
    assert ask(address, TILE, Cookie=draft).status == 401
    assert b"data-ground" in ask(address, "/report/where", Cookie=draft, **PAGE).body


def test_the_server_asks_no_other_host(address, cookie, watched):
    for path in ("/", "/account", TILE, "/basemap/14/8148/5199"):
        ask(address, path, Cookie=cookie, **PAGE)
    first_words(address, cookie)
    assert watched[1].read_text() == ""


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.socket(type=socket.SOCK_DGRAM).connect(('192.0.2.1', 9))",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).connect_ex(('192.0.2.1', 9))",
        "import socket; socket.getaddrinfo('192.0.2.1', 9)",
    ],
)
def test_the_guard_sees_an_attempt(tmp_path, attempt):
    env, attempts = guarded(dict(os.environ), tmp_path)
    subprocess.run([sys.executable, "-c", attempt], env=env, check=False)
    assert "192.0.2.1" in attempts.read_text()


def test_health_says_what_is_missing(watched, folder, tmp_path):
    var = tmp_path / "var"
    (var / "assets").mkdir(parents=True)
    shutil.copy(folder / "var" / "safeground.db", var)
    with served({**watched[0], "SAFEGROUND_VAR": str(var)}, tmp_path) as address:
        answer = ask(address, "/healthz")
    assert answer.status == 503
    told = json.loads(answer.body)
    assert told["assets"] == "missing: run make run again"
    assert told["database"] == told["migrations"] == "ok"
