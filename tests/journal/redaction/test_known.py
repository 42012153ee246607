"""A secret that was met under its name is hidden wherever it is handed on as it is, also after a crash."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.journal.redaction.test_canaries import CORE
from workbench.journal.codec import decode, encode, same
from workbench.journal.redaction import Keyring, KnownSecrets, Redacted, Redactor, reveal

SECRET = f"lock-{CORE}"


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring(uuid.uuid4(), tmp_path)


def redacted(redactor: Redactor, value: Any) -> Any:
    return decode(encode(redactor.redact(value)))


def test_it_is_hidden_under_any_name_after_it_was_met(keyring: Keyring) -> None:
    redactor = Redactor(keyring, environ={})
    assert redacted(redactor, {"lock": SECRET}) == {"lock": SECRET}  # nobody can know yet

    first = redacted(redactor, {"lock_token": SECRET})["lock_token"]
    for handed_on in ([SECRET], {"lock": SECRET}, {"a": [{"b": (SECRET,)}]}, SECRET, {SECRET: 1}):
        raw = encode(redactor.redact(handed_on))
        assert CORE.encode() not in raw
    assert same(redacted(redactor, SECRET), first)
    assert redacted(redactor, SECRET).fingerprint == first.fingerprint


def test_rules_of_one_recording_share_what_they_know(keyring: Keyring) -> None:
    known = KnownSecrets()
    one, other = (Redactor(keyring, names, environ={}, known=known) for names in ([], ["ssn"]))
    one.redact({"token": SECRET})
    assert type(other.redact([SECRET])[0]) is Redacted


def test_what_is_opened_after_a_crash_is_known_again(keyring: Keyring) -> None:
    sealed = redacted(Redactor(keyring, environ={}), {"token": SECRET})
    known = KnownSecrets()
    assert reveal(sealed, keyring, known=known) == {"token": SECRET}
    assert type(Redactor(keyring, environ={}, known=known).redact([SECRET])[0]) is Redacted


@pytest.mark.parametrize(
    "value", ["production", "order-42", "a long sentence with 3 numbers", "abcdefghijklmnopqrstuv", "1" * 20]
)
def test_words_and_numbers_are_not_remembered(keyring: Keyring, value: str) -> None:
    redactor = Redactor(keyring, environ={})
    assert type(redactor.redact({"token": value})["token"]) is Redacted
    assert redactor.redact({"name": value}) == {"name": value}


def test_memory_is_bounded() -> None:
    known = KnownSecrets()
    for number in range(10_000):
        known.learn(f"secret-{number:012}-x", "token")
    assert len(known) == 4096
    assert "secret-000000009999-x" in known
    assert not known.learn("x1" * 4096, "token")
