"""The worker: what it reads anew before each job."""

import json
import shutil

import pytest

from cli.house import use_lists
from cli.working import fresh
from domain import code_editing, codes
from domain.errors import Invalid
from settings import Settings


@pytest.fixture
def chosen(tmp_path, monkeypatch):
    shutil.copytree(codes.BUILT_IN, tmp_path / "own")
    monkeypatch.setenv("SAFEGROUND_CODES", str(tmp_path / "own"))
    monkeypatch.setenv("SAFEGROUND_VAR", str(tmp_path / "var"))
    yield Settings()
    code_editing._folders.clear()
    codes.use(None)


def relabel(folder, label):
    file = folder / "agency_kinds.json"
    content = json.loads(file.read_text())
    content["codes"][0]["label"] = label
    file.write_text(json.dumps(content))
    return content["codes"][0]["code"]


def test_a_job_works_with_the_lists_as_they_are_when_it_begins(chosen):
    use_lists(chosen)
    task = fresh(lambda _: {"label": codes.current().agency_kinds.label(code)}, chosen)
    for label in ("first", "second"):
        code = relabel(chosen.codes, label)
        assert task(None) == {"label": label}


def test_a_job_does_not_begin_with_lists_that_cannot_be_used(chosen):
    relabel(chosen.codes, "")
    with pytest.raises(Invalid, match="agency_kinds"):
        fresh(lambda _: pytest.fail("it began"), chosen)(None)
