"""The last look before something is shared: finds what is secret, says where and not what, and cries no wolf."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journal.redaction.test_canaries import BY_NAME, BY_SHAPE, CORE
from tests.journal.redaction.test_redaction import NEAR_MISSES
from workbench._errors import PayloadError, SecretFoundError
from workbench.journal.redaction import Keyring, SecretScan, check_shareable


@pytest.fixture
def scan(tmp_path: Path) -> SecretScan:
    return SecretScan(environ={}, keyring=Keyring(uuid.uuid4(), tmp_path))


MORE_SHAPES = [
    "DefaultEndpointsProtocol=https;AccountKey=" + "Zm9v" * 20 + "==",
    "https://store.example/c?sv=2024&sig=" + "a%2Bb1" * 8,
    "MTA0" + "a1b2c3d4e5f6a7b8c9d0" + ".GaBcDe." + "x9Y8" * 7,
    "123456789:" + "AA" + "h3K9" * 8 + "z",
    "0123456789abcdef" * 2 + "-us14",
    "sq0csp-" + "a1B2" * 10 + "xyz",
    "shpat_" + "0a1b" * 8,
    "dop_v1_" + "0a1b" * 16,
    "hvs." + "CAES" * 7,
    "dapi" + "0a1b" * 8,
    "AGE-SECRET-KEY-1" + "Q9ZX" * 14,
    "access_token$production$" + "a1b2c3d4$" + "0a1b" * 8,
]


@pytest.mark.parametrize("secret", [*BY_SHAPE, *MORE_SHAPES], ids=lambda secret: secret[:12])
def test_a_shape_is_found_in_text_json_and_quoted_json(secret: str) -> None:
    for text in (secret, f"before {secret} after", json.dumps({"a": secret}), json.dumps(json.dumps({"a": secret}))):
        assert check_shareable(text, environ={}) != (), text


@pytest.mark.parametrize("name", BY_NAME)
def test_a_named_value_is_found(name: str) -> None:
    value = {name: CORE}
    for text in (json.dumps(value), repr(value), json.dumps(json.dumps(value)), f"https://x.example/?{name}={CORE}"):
        assert check_shareable(text, environ={}) != (), text


def test_what_was_hidden_before_is_no_secret() -> None:
    hidden = '{"token":"⟨redacted:token:0123456789ab⟩","password":{"$redacted":"⟨redacted:password:0123456789ab⟩"}}'
    assert check_shareable(hidden, environ={}) == ()


def test_hashes_ids_and_times_are_no_secrets() -> None:
    for number in range(3000):
        digest = hashlib.sha256(str(number).encode()).hexdigest()
        made = uuid.UUID(bytes=bytes.fromhex(digest[:32]), version=4)
        facts = {
            "run_id": f"order-{made}", "digest": digest, "short": digest[:12], "key": f"charge/{made}",
            "time_ns": 1_795_000_000_000_000_000 + number * 7_919, "ts": 1_795_000_000_000_000 + number,
            "traceId": digest[:32], "spanId": digest[:16], "seq": number, "etag": f'W/"{digest[:20]}"',
            "session": None, "token_type": "Bearer", "expires_in": 3600, "facts": {"exp": 1_795_522_048, "kid": "k1"},
        }  # fmt: skip
        assert check_shareable(json.dumps(facts), environ={}) == ()


@given(st.uuids(version=4))
def test_a_uuid_is_no_card_number(made: uuid.UUID) -> None:
    assert check_shareable(f"id {made} and {made.hex}", environ={}) == ()


def test_a_uuid_of_digits_that_passes_for_a_card_is_none() -> None:
    assert check_shareable("41111111-1111-1111-8000-00000000abcd", environ={}) == ()
    assert check_shareable("4111-1111-1111-1111 8000", environ={}) != ()


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_near_misses_are_no_secrets(name: str) -> None:
    assert check_shareable(json.dumps({name: "what stands here 123"}), environ={}) == ()


def test_calls_in_a_traceback_are_no_secrets() -> None:
    trace = 'File "flows.py", line 3, in checkout\n    token = log_in(user)\n    key = headers["Authorization"]\n'
    assert check_shareable(trace, environ={}) == ()


def test_the_place_is_told_and_not_the_secret(scan: SecretScan) -> None:
    secret = f"sk_live_{CORE}"
    scan.text(f"first line\nsecond: {secret} and password={CORE}9\nagain {secret}", "events.error")

    stripe, password = scan.found
    assert (stripe.kind, stripe.where, stripe.length) == ("stripe", "events.error, line 2, column 9", len(secret))
    assert password.where == "events.error, line 2, column 55"
    with pytest.raises(SecretFoundError, match=r"the report x holds 2 secret\(s\)") as caught:
        scan.refuse("the report x")
    assert isinstance(caught.value, PayloadError)
    assert caught.value.found == scan.found
    told = f"{caught.value} {caught.value.found!r}"
    assert stripe.fingerprint in told
    assert CORE not in told
    assert CORE[4:-4] not in told


def test_what_is_allowed_is_let_through(tmp_path: Path) -> None:
    keyring = Keyring(uuid.uuid4(), tmp_path)
    text = f"token={CORE} card 4111111111111111"
    scan = SecretScan(environ={}, keyring=keyring)
    scan.text(text)
    assert [secret.kind for secret in scan.found] == ["card_number", "token"]

    for allowed in (scan.found[1].fingerprint, "token"):
        again = SecretScan([allowed], environ={}, keyring=keyring)
        again.text(text)
        assert [secret.kind for secret in again.found] == ["card_number"]
    everything = SecretScan(["token", "card_number"], environ={}, keyring=keyring)
    everything.text(text)
    everything.refuse("the report")


def test_fingerprints_are_the_same_tomorrow_and_differ_between_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fingerprint(user: str) -> str:
        monkeypatch.setenv("WORKBENCH_KEYS", str(tmp_path / user))
        return check_shareable(f"password={CORE}", environ={})[0].fingerprint

    assert fingerprint("ada") == fingerprint("ada") != fingerprint("bob")


def test_secrets_of_the_environment_are_found() -> None:
    environ = {"SHOP_PASSWORD": "correct horse battery", "HOME": "/home/ada", "PWD": "/srv/shop/flows"}
    found = check_shareable("it says: correct horse battery, in /home/ada and /srv/shop/flows", environ=environ)
    assert [each.kind for each in found] == ["environment"]


def test_code_is_told_from_text(scan: SecretScan) -> None:
    scan.source("token = log_in(user)\n")
    scan.excerpt("    api_key = settings.api_key\n    token = log_in(user)")
    assert not scan.found
    scan.excerpt(f'    api_key = "{CORE}"')
    scan.source(f"token = '{CORE}x'\n")
    assert [secret.kind for secret in scan.found] == ["api_key", "token"]


@pytest.mark.parametrize(
    "text", ["a", "https://", "https://a:b", "4 ", "eyJ", "eyJ-", "x=", "token=", "token: ", '"', "\\", "SG.a-"]
)
def test_a_large_text_made_to_be_slow_takes_no_long_time(text: str) -> None:
    began = time.process_time()
    check_shareable(text * (300_000 // len(text)) + "://", environ={})
    assert time.process_time() - began < 20
