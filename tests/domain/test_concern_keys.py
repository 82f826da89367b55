"""Keys: receipts that nobody guesses, words that nobody else opens."""

import math
import re
import stat

import pytest

from domain import concern_keys
from domain.concern_keys import LENGTH, Keys, same, settled, words
from domain.concern_submitting import new_submission
from domain.errors import Invalid, NotFound

KEYS = Keys([Keys.make()])


def test_a_code_stands_for_sixty_bits_or_more():
    assert len(set(words())) == len(words())
    assert LENGTH * math.log2(len(words())) >= 60
    assert all(re.fullmatch("[a-z]{3,9}", word) for word in words())


def test_codes_of_many_drafts_use_all_words_and_never_meet():
    codes = {KEYS.codes(new_submission())[0] for _ in range(3_000)}
    assert len(codes) == 3_000
    assert {len(code.split()) for code in codes} == {LENGTH}
    used = {word for code in codes for word in code.split()}
    assert len(used) == len(words())
    firsts = [code.split()[0] for code in codes]
    assert max(map(firsts.count, set(firsts))) < 20  # about 3 each, were they drawn evenly


def test_a_draft_has_one_code_and_another_installation_another():
    submission = new_submission()
    assert KEYS.codes(submission) == KEYS.codes(submission)
    assert Keys([Keys.make()]).codes(submission) != KEYS.codes(submission)


def test_a_code_a_draft_and_a_receipt_are_hashed_apart():
    marks = {KEYS.mark(purpose, "the same") for purpose in ("receipt", "submission", "x")}
    assert len(marks) == 3
    assert all(re.fullmatch("[0-9a-f]{64}", mark) for mark in marks)


def test_what_is_sealed_opens_under_an_older_key_and_no_other():
    old, new = Keys.make(), Keys.make()
    sealed = Keys([old]).seal("Äpfel")
    assert b"pfel" not in sealed
    assert Keys([new, old]).open(sealed) == "Äpfel"
    with pytest.raises(NotFound, match="not here any more"):
        Keys([new]).open(sealed)
    with pytest.raises(NotFound):
        Keys([old]).open(sealed[:-4] + b"AAAA")


def test_a_key_that_cannot_be_used_is_refused_without_telling_it():
    with pytest.raises(Invalid, match="SAFEGROUND_CONCERN_KEY") as refused:
        Keys(["opensesame"])
    assert "opensesame" not in str(refused.value)
    assert "opensesame" not in repr(KEYS)


def test_keys_come_from_the_setting_or_from_a_file_for_oneself_alone(tmp_path):
    key = Keys.make()
    assert settled(f" {key} , ", tmp_path).codes("a") == Keys([key]).codes("a")
    assert not list(tmp_path.iterdir())
    made = settled("", tmp_path / "var")
    (file,) = (tmp_path / "var").iterdir()
    assert file.name == concern_keys.FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert settled("", tmp_path / "var").codes("a") == made.codes("a")


def test_hashes_are_compared_whole():
    assert same("ab", "ab")
    assert not same("ab", "ac")
    assert not same("ab", "abc")
