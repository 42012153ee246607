"""Forty shapes of secrets in every place a value can have: not one of their bytes may reach the encoded document."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pydantic
import pytest

from workbench.journal.codec import Encoder
from workbench.journal.redaction import Keyring, Redactor

CORE = "cAnArY7q9ZxW3vT5sR1pN8mK"


def _b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


JWT = ".".join([_b64(json.dumps({"alg": "HS256"}).encode()), _b64(json.dumps({"sub": CORE, "exp": 1}).encode()), CORE])

BY_SHAPE = [
    JWT,
    f"sk_live_{CORE}",
    f"sk_test_{CORE}",
    f"rk_live_{CORE}",
    f"whsec_{CORE}",
    "AKIACANARY7Q9ZXW3VT5",
    "ASIACANARY7Q9ZXW3VT5",
    f"ghp_{CORE}",
    f"gho_{CORE}",
    f"ghs_{CORE}",
    f"github_pat_{CORE}",
    f"glpat-{CORE}",
    f"xoxb-{CORE}",
    f"xoxp-{CORE}",
    f"xapp-{CORE}",
    f"AIza{CORE}{CORE}",
    f"ya29.{CORE}",
    f"GOCSPX-{CORE}",
    f"sk-{CORE}",
    f"sk-proj-{CORE}",
    f"hf_{CORE}",
    f"npm_{CORE}",
    f"pypi-{CORE}",
    f"SG.{CORE}.{CORE}",
    "SKc0ffee11c0ffee22c0ffee33c0ffee44",
    "4111111111111111",
    "4111 1111 1111 1111",
    "5555-5555-5555-4444",
    "378282246310005",
    "6011111111111117",
    f"Bearer {CORE}",
    f"bearer {CORE}",
    "Basic " + base64.b64encode(f"user:{CORE}".encode()).decode(),
    f"-----BEGIN RSA PRIVATE KEY-----\n{CORE}\n-----END RSA PRIVATE KEY-----",
    f"-----BEGIN OPENSSH PRIVATE KEY-----\n{CORE}",
    f"https://user:{CORE}@example.org/x",
    f"postgresql://app:{CORE}@db/shop",
    f"https://hooks.slack.com/services/T0/B0/{CORE}",
    f"https://example.org/?token={CORE}&page=2",
    f"https://example.org/cb?state=1&access_token={CORE}",
    f"password={CORE}",
    f"{{'api_key': '{CORE}'}}",
    f'{{"client_secret": "{CORE}"}}',
    f"Cookie: {CORE}",
]
BY_NAME = [
    "password",
    "passwd",
    "db_password",
    "secret",
    "token",
    "access_token",
    "accessToken",
    "refresh_token",
    "id_token",
    "api_key",
    "apikey",
    "APIKey",
    "Authorization",
    "Proxy-Authorization",
    "Cookie",
    "Set-Cookie",
    "X-Api-Key",
    "private_key",
    "client_secret",
    "card_number",
    "pan",
    "cvv",
    "cvc",
    "session",
    "signature",
    "aws_secret_access_key",
    "stripe_signature",
    "X-Auth-Token",
    "session_id",
    "passphrase",
    "GITHUB_TOKEN",
    "webhook_secret",
]


@dataclass
class Holder:
    label: str
    access_token: str
    note: Any = None


class Pair(NamedTuple):
    password: str
    other: Any = None


class Model(pydantic.BaseModel):
    api_key: str
    note: Any = None


def _raised(text: str) -> Exception:
    def inner(hidden: str) -> None:
        raise ValueError(hidden, f"failed for {hidden}")

    try:
        try:
            inner(text)
        except ValueError as error:
            error.add_note(f"sent {text}")
            raise RuntimeError(f"again {text}") from error
    except RuntimeError as error:
        error.extra = text  # type: ignore[attr-defined]  # set on any object on purpose
        return error
    raise AssertionError("it always raises")


class _Unrecordable:
    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return f"<request {self.text}>"


PLACES: dict[str, Callable[[str], Any]] = {
    "value": lambda text: text,
    "arg": lambda text: {"args": [1, text], "kwargs": {}},
    "kwarg": lambda text: {"args": [], "kwargs": {"x": text}},
    "nested": lambda text: {"a": [{"b": ({"c": [text]},)}]},
    "set": lambda text: {text, "x"},
    "key": lambda text: {text: 1},
    "inside text": lambda text: f"before {text} after",
    "dataclass": lambda text: Holder("x", "", [text]),
    "named tuple": lambda text: Pair("", {"k": text}),
    "pydantic": lambda text: Model(api_key="", note=text),
    "header": lambda text: {"headers": {"Accept": "json", "Authorization": text}},
    "bytes": lambda text: {"body": text.encode()},
    "error": _raised,
    "error with object": lambda text: ValueError(_Unrecordable(text)),
    "path": lambda text: Path("/tmp") / text.replace("/", "_") if "/" not in text else text,  # noqa: S108 - not used
}


@pytest.fixture
def encoder(tmp_path: Path) -> Encoder:
    return Encoder(redact=Redactor(Keyring(uuid.uuid4(), tmp_path), environ={}))


def _leaks(raw: bytes, text: str) -> bool:
    return text.encode() in raw or CORE.encode() in raw or CORE.encode()[4:-4] in raw


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_no_shape_leaks_from_any_place(encoder: Encoder, place: str) -> None:
    assert len(BY_SHAPE) >= 40
    leaks = [text for text in BY_SHAPE if _leaks(encoder.encode(PLACES[place](text)), text)]

    assert leaks == []


@pytest.mark.parametrize("name", BY_NAME)
def test_no_name_leaks(encoder: Encoder, name: str) -> None:
    for value in (CORE, [CORE], {"inner": CORE}, CORE.encode(), (CORE,)):
        if name in ("session", "signature") and isinstance(value, (list, dict, tuple)):
            continue  # ordinary state under these names
        assert not _leaks(encoder.encode({"args": [{name: value}]}), CORE)
    assert not _leaks(encoder.encode(_raised(f"{name}={CORE}")), CORE)
    assert not _leaks(encoder.encode({"url": f"https://x.example/?a=1&{name}={CORE}"}), CORE)
    assert not _leaks(encoder.encode(f'body {{"{name}": "{CORE}"}}'), CORE)


def test_fields_of_objects_are_names(encoder: Encoder) -> None:
    for value in (Holder("x", CORE), Pair(CORE), Model(api_key=CORE), [Holder("x", CORE)], {"k": (Pair(CORE),)}):
        assert not _leaks(encoder.encode(value), CORE)
    error = ValueError("x")
    error.token = CORE  # type: ignore[attr-defined]  # set on any object on purpose
    assert not _leaks(encoder.encode(error), CORE)
    assert not _leaks(encoder.encode(pydantic.SecretStr(CORE)), CORE)


def test_a_working_folder_is_no_password(tmp_path: Path) -> None:
    """Task runners hand the folder on as `POE_PWD` and the like; it is a part of every file name."""
    folder = str(tmp_path / "a folder")
    Path(folder).mkdir()
    environ = {"PWD": folder, "POE_PWD": folder, "DB_PWD": "/no/such/folder"}
    redactor = Redactor(Keyring(uuid.uuid4(), tmp_path), environ=environ)
    assert redactor.redact(f"{folder}/flows.py") == f"{folder}/flows.py"
    assert "/no/such" not in str(redactor.redact("x /no/such/folder y"))


def test_values_of_the_environment_are_found_anywhere(tmp_path: Path) -> None:
    environ = {"SHOP_API_KEY": "plain words of the environment", "HOME": "/home/canary", "SHORT_TOKEN": "dev"}
    encoder = Encoder(redact=Redactor(Keyring(uuid.uuid4(), tmp_path), environ=environ))

    for place in PLACES.values():
        assert b"plain words" not in encoder.encode(place("plain words of the environment"))
    assert b"plain words" not in encoder.encode("x plain words of the environment y")
    assert b"/home/canary dev" in encoder.encode("/home/canary dev")


def test_declared_names_and_paths(tmp_path: Path) -> None:
    redactor = Redactor(Keyring(uuid.uuid4(), tmp_path), ["ssn", "order.customer.name"], environ={})
    encoder = Encoder(redact=redactor)
    value = {"kwargs": {"ssn": CORE, "order": {"customer": {"name": CORE, "city": "Ulm"}, "lines": [{"SSN": CORE}]}}}

    raw = encoder.encode(value)
    assert not _leaks(raw, CORE)
    assert b"Ulm" in raw
    assert redactor.redact({"customer": {"name": "x"}}) == {"customer": {"name": "x"}}
    assert str(redactor.redact_named(["ssn", "n"], [CORE, 1])[0]).startswith("⟨redacted:sensitive:")
