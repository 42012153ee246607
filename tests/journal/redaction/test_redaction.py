"""What redaction keeps: equality, derived facts, the sealed original, and everything that is no secret."""

from __future__ import annotations

import copy
import stat
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.journal.codec.zoo import values
from tests.journal.redaction.test_canaries import CORE, JWT
from workbench._errors import NeedsSecretError
from workbench.journal.codec import Encoder, decode, encode, restore, same
from workbench.journal.redaction import Keyring, Redacted, Redactor, reveal, secret_kind


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring(uuid.uuid4(), tmp_path / "keys")


@pytest.fixture
def redactor(keyring: Keyring) -> Redactor:
    return Redactor(keyring, environ={})


@dataclass
class Login:
    user: str
    password: str


NEAR_MISSES = [
    "token_type",
    "expires_in",
    "expires_at",
    "idempotency_key",
    "secret_santa",
    "password_changed_at",
    "next_page_token",
    "max_tokens",
    "panel",
    "company",
    "key",
    "session_count",
    "tokenizer",
    "author",
    "authorized",
    "card_brand",
    "public_key",
    "signature_valid",
    "primary_key",
    "sort_key",
    "order_id",
    "cookie_policy",
    "secretary",
    "pan_european",
    "passenger",
    "sessions",
    "token_count",
    "name",
]


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_near_misses_are_not_secrets(name: str) -> None:
    assert secret_kind(name) is None


def test_ordinary_values_come_back_as_they_are(redactor: Redactor, keyring: Keyring) -> None:
    value = {
        "order": "order-42",
        "amount": 12,
        "when": "2026-11-24T03:00:00Z",
        "ns": 1_795_000_000_000_000_000,
        "uuid": str(uuid.uuid4()),
        "prose": "bearer authentication failed: token expired; basic subscription",
        "url": "https://example.org/?page=2&sort=asc",
        "number": "1234567890123456",
        "expires_in": 3600,
        "token_type": "Bearer",
        "password": None,
        "secret": "",
        "token": False,
        "nested": [{"a": (1, 2, {"b"})}],
        "login": Login("u", ""),
    }

    assert redactor.redact(value) is value
    assert not keyring.exists
    assert not keyring.path.parent.exists()


@given(values)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_values_without_secrets_encode_to_the_same_bytes(redactor: Redactor, value: Any) -> None:
    redacted = redactor.redact(value)
    if redacted is value:
        assert Encoder(redact=redactor).encode(value) == encode(value)
    else:
        assert "⟨redacted:" in repr(redacted)


def test_the_key_file_is_private(redactor: Redactor, keyring: Keyring) -> None:
    redactor.redact({"token": "x"})

    assert stat.S_IMODE(keyring.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(keyring.path.parent.stat().st_mode) == 0o700
    assert [path.name for path in keyring.path.parent.iterdir()] == [keyring.path.name]


def test_the_state_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    recording = uuid.uuid4()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("WORKBENCH_KEYS", raising=False)
    assert Keyring(recording).path == tmp_path / "state" / "workbench" / "keys" / f"{recording.hex}.key"
    monkeypatch.setenv("WORKBENCH_KEYS", str(tmp_path / "keys"))
    assert Keyring(recording).path == tmp_path / "keys" / "workbench" / "keys" / f"{recording.hex}.key"


def test_fingerprints_are_equal_within_and_differ_between_recordings(tmp_path: Path) -> None:
    first, other = uuid.uuid4(), uuid.uuid4()
    fingerprints = [Keyring(recording, tmp_path).fingerprint(CORE) for recording in (first, first, other)]

    assert fingerprints[0] == fingerprints[1] != fingerprints[2]
    assert len(fingerprints[0]) >= 8


def test_equal_secrets_are_equal_wherever_they_stand(redactor: Redactor) -> None:
    named = redactor.redact({"token": JWT})["token"]
    found = redactor.redact(f"Bearer {JWT}")

    assert named.fingerprint in str(found)
    assert same(decode(encode(named)), decode(encode(redactor.redact({"token": JWT})["token"])))
    assert not same(decode(encode(named)), decode(encode(redactor.redact({"token": CORE})["token"])))
    assert same(named, JWT)


def test_derived_facts_stay(redactor: Redactor) -> None:
    found = decode(
        encode(
            redactor.redact(
                {
                    "Authorization": f"Bearer {JWT}",
                    "expires_in": 3600,
                    "expires_at": 17,
                    "card_number": "4111111111111111",
                }
            )
        )
    )

    assert found["Authorization"].derived == {"scheme": "Bearer", "alg": "HS256", "exp": 1}
    assert str(found["Authorization"]).startswith("Bearer ⟨redacted:")
    assert (found["expires_in"], found["expires_at"]) == (3600, 17)
    assert found["card_number"].derived == {"last4": "1111", "brand": "visa"}


def test_facts_below_a_secret_name_stay(redactor: Redactor) -> None:
    found = redactor.redact({"token": {"value": CORE, "expires_at": 17, "token_type": "bearer", "n": 3}})["token"]

    assert (found["expires_at"], found["token_type"]) == (17, "bearer")
    assert type(found["value"]) is type(found["n"]) is Redacted


SECRET_VALUES = [
    {"token": "abc"},
    {"pin": 1, "cvv": 123},
    {"token": b"\x00\xff"},
    Login("u", "p"),
    [f"https://u:{CORE}@h/?token=x1y2z3"],
    {"authorization": "Basic dTpw"},
    {"card_number": 4111111111111111},
    ("x", {"password": "\udcff"}),
    {"n": 4111111111111111},
]


@pytest.mark.parametrize("value", SECRET_VALUES, ids=str)
def test_sealed_values_are_revealed(redactor: Redactor, keyring: Keyring, value: Any) -> None:
    raw = Encoder(redact=redactor).encode(value)

    assert restore(reveal(decode(raw), Keyring(uuid.UUID(keyring.path.stem), keyring.path.parent)), Any) == value
    assert Encoder(redact=redactor).encode(value) == raw
    assert redactor.redact(redactor.redact(value)) == redactor.redact(value)


def test_without_key_or_package_or_seal_there_is_a_clear_word(
    redactor: Redactor, keyring: Keyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = decode(encode(redactor.redact({"a": [{"token": CORE}]})))
    stranger = Keyring(uuid.uuid4(), tmp_path / "elsewhere", create=False)
    with pytest.raises(NeedsSecretError, match="not here") as caught:
        reveal(found, stranger)
    assert caught.value.where == "$.a[0].token"
    assert caught.value.fingerprint == found["a"][0]["token"].fingerprint
    assert not stranger.path.parent.exists()
    with pytest.raises(NeedsSecretError):
        stranger.fingerprint("x")

    wrong = Keyring(uuid.uuid4(), tmp_path / "elsewhere")
    wrong.fingerprint("make it")
    with pytest.raises(NeedsSecretError, match="not sealed under"):
        reveal(found, wrong)

    unsealed = Redactor(keyring, seal=False, environ={}).redact({"token": CORE})
    with pytest.raises(NeedsSecretError, match="not kept"):
        reveal(unsealed, keyring)

    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.ciphers.aead", None)
    fresh = Keyring(uuid.UUID(keyring.path.stem), keyring.path.parent)
    assert fresh.seal(b"x") is None
    with pytest.raises(NeedsSecretError, match="cryptography"):
        reveal(found, fresh)


REFUSED: dict[str, Callable[[Redacted], Any]] = {
    "==": lambda x: x == "a",
    "reversed ==": lambda x: x == "a",
    "!=": lambda x: x != "a",
    "len": len,
    "iter": list,
    "index": lambda x: x[0],
    "slice": lambda x: x[:3],
    "split": lambda x: x.split("."),
    "startswith": lambda x: x.startswith("B"),
    "encode": lambda x: x.encode(),
    "int": int,
    "float": float,
    "in": lambda x: "a" in x,
    "strip": lambda x: x.strip(),
    "lower": lambda x: x.lower(),
    "<": lambda x: x < "a",
    "sorted": lambda x: sorted([x, "a"]),
    "replace": lambda x: x.replace("a", ""),
}


@pytest.mark.parametrize("name", REFUSED)
def test_logic_on_a_missing_value_stops(name: str) -> None:
    with pytest.raises(NeedsSecretError) as caught:
        REFUSED[name](Redacted("token", "0123456789ab"))
    assert caught.value.fingerprint == "0123456789ab"


def test_text_made_of_a_missing_value_shows_it() -> None:
    secret = Redacted("token", "0123456789ab", {"exp": 1}, b"s")

    assert "Bearer " + secret == f"Bearer {secret}" == "Bearer ⟨redacted:token:0123456789ab⟩"
    assert type(str(secret)) is str
    assert secret == Redacted("other", "0123456789ab")
    assert len({secret, Redacted("other", "0123456789ab")}) == 1
    assert copy.deepcopy(secret) is secret
    assert bool(secret)
    assert (decode(encode(secret)).derived, decode(encode(secret)).sealed) == ({"exp": 1}, b"s")


def test_a_model_keeps_the_refusal(redactor: Redactor) -> None:
    import pydantic

    class Session(pydantic.BaseModel):
        token: str

    recorded = decode(Encoder(redact=redactor).encode(Session(token=CORE)))
    restored = restore(recorded, Session)

    with pytest.raises(NeedsSecretError):
        restored.token.startswith("x")
