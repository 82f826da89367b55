"""Passwords are long, hashed, and never silly."""

import re

import pytest

from domain import passwords
from domain.errors import Invalid


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "at least 12"),
        ("x" * 201, "at most 200"),
        ("I am PAT.Smith today", "username"),
        ("aaaaaaaaaaaa", "different"),
    ],
)
def test_a_bad_password_is_refused_with_its_reason(password, why):
    with pytest.raises(Invalid, match=why):
        passwords.check(password, username="pat.smith")


@pytest.mark.parametrize("password", ["correct horse battery", "ein schöner tag", "1234 5678 90ab"])
def test_no_kinds_of_characters_are_asked_for(password):
    passwords.check(password, username="pat")


def test_a_hash_is_argon2id_and_salted():
    first, second = passwords.hashed("correct horse"), passwords.hashed("correct horse")
    assert first.startswith("$argon2id$")
    assert first != second
    assert passwords.matches(first, "correct horse")
    assert not passwords.matches(first, "Correct horse")


def test_an_accent_may_be_typed_in_two_ways():
    assert passwords.matches(passwords.hashed("caf\u00e9 au lait!"), "cafe\u0301 au lait!")


@pytest.mark.parametrize("kept", [None, "none", ""])
def test_what_is_no_hash_matches_nothing(kept):
    assert not passwords.matches(kept, "none")


def test_a_one_time_password_keeps_the_rules_and_never_repeats():
    given = {passwords.one_time() for _ in range(200)}
    assert len(given) == 200
    for each in given:
        assert re.fullmatch(r"([a-hj-km-np-z2-9]{4}-){3}[a-hj-km-np-z2-9]{4}", each)
        passwords.check(each, username="olive")  # letters that none has
