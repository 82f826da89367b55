"""What holds the house together and no tool checks."""

import ast
import json
import re
import subprocess
from pathlib import Path

import pytest

from domain.accounts import DEMO_PASSWORD
from settings import Settings

HOUSE = Path(__file__).parents[1]
ROOMS = ("settings", "cli", "geo", "store", "domain", "layers", "exchange", "api", "web", "screens")
FRONT = ("api", "web", "screens", "cli")
EXACT = {"incidents", "touches", "places", "premises", "annotations"}
ADDRESS = re.compile(r"https?://|git\+|file:|\s@\s|--(extra-)?index-url|--find-links", re.I)
HOMES = re.compile(
    r"(?<![\w.$}~-])/(?:home|Users|root|tmp|private/var|workspaces?)/\w"
    r"|\b[A-Z]:\\{1,2}Users\b"
)
REGISTRIES = re.compile(
    r"https?://[^\s\"']*(?:/simple/|/packages/|/-/[^\s\"']*\.tgz|\.whl)|https?://registry\."
)


def text_of(name):
    return (HOUSE / name).read_text("utf-8")


def tracked():
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=HOUSE, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [HOUSE / name for name in listed.stdout.split("\0") if name]


def sources(*rooms):
    return sorted(path for room in rooms for path in (HOUSE / room).rglob("*.py"))


def tree(path):
    return ast.parse(path.read_text("utf-8"), str(path))


def imported(path):
    """Every module that a file names in an import, whole: ``from screens import desk`` is both."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{each.name}" for each in node.names)


def rooms_of(path):
    return {name.split(".")[0] for name in imported(path)}


def where(path):
    return str(path.relative_to(HOUSE))


# locks


def requirements(text):
    """Each requirement with the lines that belong to it, comments left out."""
    lines = [line for line in text.splitlines() if line.strip() and line.strip()[:1] != "#"]
    return re.findall(r"^\S.*(?:\n[ \t]+.*)*", "\n".join(lines), re.M)


@pytest.mark.parametrize("lock", ["locks/run.txt", "locks/dev.txt"])
def test_each_locked_requirement_is_exact_and_hashed_and_has_no_address(lock):
    text = text_of(lock)
    locked = requirements(text)
    assert len(locked) > 30
    for each in locked:
        assert re.match(r"[\w.-]+(\[[\w,.-]+\])?==[\w.!+-]+( ;.*)? \\\n", each), each.splitlines()[
            0
        ]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", each), each.splitlines()[0]
    assert not ADDRESS.search(text)


def test_the_lock_of_the_maps_scripts_is_exact_and_hashed_and_has_no_address():
    text = text_of("package-lock.json")
    packages = {name: each for name, each in json.loads(text)["packages"].items() if name}
    assert packages
    for name, each in packages.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+[\w.-]*", each["version"]), name
        assert each["integrity"].startswith("sha512-"), name
        assert "resolved" not in each, name
    addresses = re.findall(r"https?://[^\"\s]+", text)
    assert [each for each in addresses if not is_of_a_person(each)] == []


def is_of_a_person(address):
    """A package may say where its authors take money; nothing is fetched from there."""
    return re.match(r"https?://(github\.com/sponsors|opencollective\.com|[\w.]*patreon)", address)


def test_npm_writes_no_address_into_the_lock():
    assert "omit-lockfile-registry-resolved=true" in text_of(".npmrc").split()


# the front door and the front rooms


def test_streamlit_can_find_the_app_by_reading():
    (call,) = [
        node.value for node in tree(HOUSE / "app.py").body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "app"
    ]  # fmt: skip
    assert ast.unparse(call.func) == "st.App"
    shell = "Path(__file__).with_name('screens') / 'shell.py'"
    assert ast.unparse(call.args[0]) == shell
    assert "\napp = st.App(" in text_of("app.py")


def test_the_front_door_is_short():
    assert len(text_of("app.py").splitlines()) < 120


def test_settings_are_read_at_the_door_the_command_line_and_the_shell_alone():
    readers = {where(path) for path in sources(*ROOMS) if "settings" in rooms_of(path)}
    assert {name for name in readers if not name.startswith("cli/")} <= {"screens/shell.py"}
    assert "settings" in rooms_of(HOUSE / "app.py")


@pytest.mark.parametrize("room", FRONT)
def test_a_front_room_imports_no_other(room):
    others = set(FRONT) - {room}
    assert {where(path): rooms_of(path) & others for path in sources(room)} == {
        where(path): set() for path in sources(room)
    }


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_imports_the_front_door(room):
    assert [where(path) for path in sources(room) if "app" in rooms_of(path)] == []


# exact rows stay behind the catalogue


def exact_readings(path):
    """Lines where a file reads exact rows of a subject past the catalogue of layers."""
    modules, functions = {}, {}
    parsed = tree(path)
    for node in ast.walk(parsed):
        if isinstance(node, ast.ImportFrom) and node.module == "domain":
            modules |= {each.asname or each.name: each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("domain."):
            subject = node.module.split(".")[1]
            functions |= {
                each.asname or each.name: subject for each in node.names if each.name == "frame"
            }
        elif isinstance(node, ast.Import):
            named = [each for each in node.names if each.name.startswith("domain.")]
            modules |= {each.asname or each.name: each.name.split(".")[1] for each in named}
    for node in ast.walk(parsed):
        if isinstance(node, ast.Attribute) and node.attr == "frame":
            subject = modules.get(ast.unparse(node.value))
        elif isinstance(node, ast.Name):
            subject = functions.get(node.id)
        else:
            continue
        if subject in EXACT:
            yield node.lineno


@pytest.mark.parametrize("room", ["screens", "api", "web", "cli", "exchange"])
def test_only_layers_read_exact_rows(room):
    found = [f"{where(path)}:{line}" for path in sources(room) for line in exact_readings(path)]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "from domain import incidents\nincidents.frame(s, a)",
        "from domain import places as kept\nread = kept.frame",
        "from domain.touches import frame\nframe(s, a)",
        "from domain.premises import frame as rows\nrows(s, a)",
        "import domain.annotations\ndomain.annotations.frame(s, a)",
    ],
)
def test_a_reading_past_the_catalogue_is_seen(tmp_path, code):
    path = tmp_path / "page.py"
    path.write_text(code)
    assert set(exact_readings(path)) == {2}


def test_areas_may_be_read_by_anyone(tmp_path):
    path = tmp_path / "page.py"
    path.write_text("from domain import areas\nareas.frame(s, a)\nst.dataframe(x)")
    assert list(exact_readings(path)) == []


# what is written down


def test_no_file_names_a_machines_folders_or_a_registry():
    found = []
    for path in tracked():
        if path == Path(__file__) or not path.is_file():
            continue
        try:
            lines = path.read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        found += [
            f"{where(path)}:{number}" for number, line in enumerate(lines, 1)
            if HOMES.search(line) or REGISTRIES.search(line)
        ]  # fmt: skip
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "cd /home/someone/safeground",
        "'/tmp/x.csv'",
        r"C:\Users\x",
        "see https://index.example" + "/simple/x",
    ],
)
def test_a_machines_folder_or_a_registry_would_be_seen(line):
    assert HOMES.search(line) or REGISTRIES.search(line)


def test_the_readme_names_both_commands_and_shows_the_picture():
    readme = text_of("README.md")
    for command in ("make run", "make test"):
        assert re.search(rf"^{command}\b", readme, re.M), command
    assert "](docs/map.png)" in readme
    assert (HOUSE / "docs" / "map.png").read_bytes()[:4] == b"\x89PNG"


def test_the_readme_names_each_demo_sign_in():
    readme = text_of("README.md")
    people = json.loads(text_of("data/sample/people.json"))["sign_ins"]
    assert [each["username"] for each in people if f"| `{each['username']}` |" not in readme] == []
    assert f"`{DEMO_PASSWORD}`" in readme


def test_the_readme_explains_each_setting_and_no_other():
    rows = [line for line in text_of("README.md").splitlines() if line.startswith("| `SAFEGROUND_")]
    told = {name for row in rows for name in re.findall(r"`(SAFEGROUND_\w+)`", row.split("|")[1])}
    assert told == {f"SAFEGROUND_{name.upper()}" for name in Settings.model_fields}


def test_the_readme_tells_the_default_of_each_setting():
    readme = text_of("README.md")
    for name, each in Settings.model_fields.items():
        if isinstance(each.default, bool | int):
            row = next(
                line for line in readme.splitlines() if f"`SAFEGROUND_{name.upper()}`" in line
            )
            assert str(each.default).lower() in row.split("|")[3], name
