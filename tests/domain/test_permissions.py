"""Every role and every action: allowed or refused as the table in the docs says."""

import ast
from pathlib import Path

import pytest

from cli import matrix
from domain.audit import ACTIONS
from domain.errors import NotPermitted
from domain.people import PUBLIC, Actor, Role

HOUSE = Path(__file__).parents[2]
DOCS = HOUSE / "docs" / "permissions.md"
NAMES = [each.name for each in matrix.actions()]


class Touched(Exception):
    """The session was used."""


class Untouchable:
    """A session of which nothing may be asked."""

    def __getattr__(self, name):
        raise Touched(name)


def someone(column):
    if column == "public":
        return PUBLIC
    return Actor.user("x", Role(column), id=1)


def section(title):
    """The rows of one table of the docs, each as words by the head of its column."""
    after = DOCS.read_text().split(f"\n## {title}\n", 1)[1]
    lines = after.split("\n## ", 1)[0].splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line[:1] == "|"]
    head, _rule, *body = rows
    return {row[0].strip("`"): dict(zip(head[1:], row[1:], strict=True)) for row in body}


def cells():
    for name, row in section("Actions").items():
        for column, says in row.items():
            yield pytest.param(name, column, says == matrix.YES, id=f"{name}-{column}")


@pytest.mark.parametrize(("name", "column", "allowed"), list(cells()))
def test_an_action_is_done_or_refused_as_the_table_says(name, column, allowed):
    """Who may is let through to the work; who may not is refused before anything is looked at."""
    refusal = Touched if allowed else NotPermitted
    with pytest.raises(refusal):
        ACTIONS[name].work(Untouchable(), someone(column))


def test_every_action_and_every_role_has_its_cell():
    table = section("Actions")
    assert list(table) == NAMES
    columns = {"public", *(role.value for role in Role)}
    assert {frozenset(row) for row in table.values()} == {frozenset(columns)}


def test_no_action_is_missed_and_no_two_share_a_name():
    declared = []
    for path in HOUSE.glob("*/*.py"):
        if path.parent.name in ("tests", "bench", "scripts"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                declared += filter(None, map(name_of_action, node.decorator_list))
    assert sorted(declared) == NAMES


def name_of_action(node):
    """The name in ``@action("...", needs=...)``, or None for any other decorator."""
    if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "action":
        return ast.literal_eval(node.args[0])
    return None


def test_the_matrix_in_the_docs_is_what_the_code_decides():
    hint = "run: safeground permissions > docs/permissions.md"
    assert DOCS.read_text() == matrix.as_markdown(), hint
