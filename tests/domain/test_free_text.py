"""Every field for free words goes through the identifier check before it is stored.

The arguments of every action are walked: what is text must be handed to one of the functions that
mask or refuse, or to a code list, in the module of the action or one that it imports, or stand in
`OTHERWISE` with the reason why it is no free text.
"""

import ast
import dataclasses
import importlib
import inspect
import types
import typing
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from cli import matrix

CHECKS = {
    "taken", "one_line", "own_name", "mask", "find",
    "triangle_taken", "walk_taken", "equity_taken", "answers_taken",  # forms with words in them
}  # fmt: skip
"""What masks or refuses: `wording`, `identifiers`, and the forms of an assessment."""
HANDED_ON = {
    "concern.make_place": "domain.place_changes",
    "concern.grade": "domain.concern_evidence",
    "intelligence.record": "domain.concern_evidence",
    "patrol.plan_week": "domain.patrol_planning",
}
"""Actions that hand what they take to another module's."""
CODE, MADE, HOW, ASKED = (
    "a code of a list, which refuses anything else",
    "made by Safeground, never typed",
    "how a server or a file is reached; administrators alone type it",
    "looked for or compared, never kept",
)
OTHERWISE = {
    **dict.fromkeys(
        (
            "area.remove_vintage.vintage", "assessment.add_journey.kind", "young_people_band",
            "handling", "information", "concern.grade.source", "concern.regrade.source",
            "harm_further", "day_type", "felt", "pull_factors", "push_factors", "time_band",
            "transport_mode", "patrol.measure.mode", "tactic_code", "agencies", "applies_to",
            "power.add.basis", "power.change.basis", "place_types", "weights",
            "screening.settle.code", "references.take.key", "methods", "side", "meeting.plan.kind",
            "patrol.plan_week.style", "references.take.number",
        ),
        CODE,
    ),
    **dict.fromkeys(
        (
            "app_version", "fingerprint", "revision", "insight.record.summary", "sha256", "fault",
            "digest.failed.path", "digest.sent.path", "digest.failed.why", "reminder.told.words",
            "digest.failed.key", "digest.failed.link", "digest.failed.words",
            "digest.sent.key", "digest.sent.link", "digest.sent.words",
            "reminder.told.reference", "reminder.told.link", "counts", "recipe",
            "job.submit.arguments", "pack.keep.name", "insight.record.layer", "preset",
            "batch.import.reasons", "news.read.keys", "evaluation.set.query",
            "evaluation.change.query", "insight.record.parameters", "meeting.decide.card",
            "meeting.decide.records", "pack.export.name", "patrol.measure.key",
            "reminder.told.key", "session.sign_in.password_hash",
        ),
        MADE,
    ),
    **dict.fromkeys(
        (
            "settings.change.address", "attribution", "duty_email", "settings.change.key",
            "settings.change.layer", "settings.change.layers", "matrix_set", "media_type",
            "settings.change.style", "settings.change.version", "settings.change.path",
            "digest.choose.email", "digest.failed.email", "digest.sent.email",
        ),
        HOW,
    ),
    **dict.fromkeys(
        (
            "audit.export.action", "audit.export.number", "audit.export.subject",
            "codes.change.seen", "bundle", "honeypot",
        ),
        ASKED,
    ),
}  # fmt: skip
"""Fields, or actions' fields, that are no free words, and why."""
HOUSE = Path(__file__).parents[2]
MODULES = [f"domain.{each.stem}" for each in sorted((HOUSE / "domain").glob("[a-z]*.py"))]


def texts(work) -> Iterator[str]:
    """Yield the names of what is text among the arguments of an action."""
    plain = inspect.unwrap(work)
    hints = typing.get_type_hints(plain, include_extras=True)
    for name in list(inspect.signature(plain).parameters)[2:]:  # past the session and the actor
        yield from _texts(name, hints.get(name))


def _texts(name, hint) -> Iterator[str]:
    if hint is str:
        yield name
    elif isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        for each in typing.get_args(hint):
            yield from _texts(name, each)
    elif typing.get_origin(hint) is typing.Unpack or typing.is_typeddict(hint):
        (kind,) = typing.get_args(hint) or (hint,)
        for field, each in typing.get_type_hints(kind).items():
            yield from _texts(field, each)
    elif dataclasses.is_dataclass(hint) and hint.__module__.startswith("domain."):
        for field in dataclasses.fields(hint):
            yield from _texts(field.name, typing.get_type_hints(hint)[field.name])
    elif typing.get_args(hint):
        for each in typing.get_args(hint):
            yield from _texts(name, each)


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(Path(importlib.import_module(module).__file__).read_text(encoding="utf-8"))


@cache
def checks() -> frozenset[str]:
    """Name every function of the domain that reads what it is given, or hands it on to one."""
    made = [each for module in MODULES for each in ast.walk(tree(module))
            if isinstance(each, ast.FunctionDef)]  # fmt: skip
    known = set(CHECKS)
    while further := {
        each.name for each in made if each.name not in known and _passes_on(each, known)
    }:
        known |= further
    return frozenset(known)


def _passes_on(work: ast.FunctionDef, known: set[str]) -> bool:
    """Say whether a function hands one of its own arguments to a check."""
    own = {each.arg for each in (*work.args.args, *work.args.kwonlyargs)} - {"session", "actor"}
    return any(
        own & set(_named(given))
        for node in ast.walk(work)
        if isinstance(node, ast.Call) and _called(node) in known
        for given in (*node.args, *(each.value for each in node.keywords))
    )


@cache
def checked(module: str) -> frozenset[str]:
    """Return the names that ``module`` hands to a check, or lists beside one."""
    found: set[str] = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Call) and _called(node) in checks():
            found |= {name for given in (*node.args, *(each.value for each in node.keywords))
                      for name in _named(given)}  # fmt: skip
        if isinstance(node, ast.For | ast.GeneratorExp | ast.ListComp):
            found |= set(_looped(module, node))
        if isinstance(node, ast.Dict):
            found |= {
                key.value
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant) and checks() & set(_named(value))
            }
    return frozenset(found)


def _looped(module: str, node: ast.AST) -> Iterator[str]:
    """Yield what a loop runs over that checks each, with what a constant of the module lists."""
    if not any(isinstance(each, ast.Call) and _called(each) in checks() for each in ast.walk(node)):
        return
    over = [node.iter] if isinstance(node, ast.For) else [
        each.iter for each in getattr(node, "generators", ())
    ]  # fmt: skip
    for name in (name for each in over for name in _named(each)):
        yield name
        for line in tree(module).body:
            if isinstance(line, ast.Assign) and name in set(_named(line.targets[0])):
                yield from _named(line.value)


def _called(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _named(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        match each:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Constant(value=str(name)):
                yield name


CASES = [
    pytest.param(each.name, field, inspect.unwrap(each.work).__module__, id=f"{each.name}-{field}")
    for each in matrix.actions()
    if not each.name.startswith("sample.")  # its words are invented, and go through other actions
    for field in sorted(set(texts(each.work)))
]


@pytest.mark.parametrize(("action", "field", "module"), CASES)
def test_no_free_words_are_kept_unread(action, field, module):
    reason = OTHERWISE.get(f"{action}.{field}") or OTHERWISE.get(field)
    read = {module, HANDED_ON.get(action, module)}
    assert reason or any(field in checked(name) for name in read), (
        f"{action} takes {field!r}, which nothing reads for what identifies a person"
    )


def test_the_list_of_what_is_no_free_text_is_not_longer_than_needed():
    there = {f"{case.values[0]}.{case.values[1]}" for case in CASES}
    fields = {case.values[1] for case in CASES}
    assert [each for each in OTHERWISE if each not in there | fields] == []
