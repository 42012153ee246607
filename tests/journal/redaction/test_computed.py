"""Recorded source stays readable: what computes a value is code, what is written there may be a secret."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from tests.journal.redaction.test_canaries import BY_SHAPE, CORE
from workbench.journal.redaction import Keyring, Redactor


@pytest.fixture
def redactor(tmp_path: Path) -> Redactor:
    return Redactor(Keyring(uuid.uuid4(), tmp_path), environ={})


CODE = """\
def checkout(order, token: str, password: Password = None):
    session = log_in("checkout")
    token = creds.token
    self.api_key = api_key
    authorization = headers["Authorization"]
    extend(session["access_token"], cookies=jar, signature=sign(order))
    secret_of = lambda user: user.secret
    text = f"{token=} {password!r}"
"""


def test_what_computes_a_value_is_left_as_it_is(redactor: Redactor) -> None:
    assert redactor.code(CODE) == CODE
    assert redactor.plain(CODE) != CODE  # in any other text such names hold secrets


@pytest.mark.parametrize(
    "line",
    [
        f"password = '{CORE}'",
        f'config = {{"client_secret": "{CORE}"}}',
        f"call(api_key=b'{CORE}')",
        f"# the staging password={CORE}",
        f'url = "https://shop.example/?token={CORE}"',
        f'url = f"https://shop.example/?token={CORE}&for={{user}}"',
        f'"""Log in with password: {CORE}"""',
        "pin_secret = 4815162342",
    ],
)
def test_what_is_written_there_is_hidden(redactor: Redactor, line: str) -> None:
    shown = redactor.code(f"{CODE}{line}\n")
    assert CORE not in shown
    assert "4815162342" not in shown
    assert shown.startswith(CODE)


def test_every_shape_is_hidden_in_a_string_and_in_a_comment(redactor: Redactor) -> None:
    for secret in BY_SHAPE:
        flat = secret.replace("\n", " ")
        for source in (f"x = {flat!r}\n", f"# {flat}\n", f'"""\n{secret}\n"""\n'):
            assert flat not in redactor.code(source)
            assert CORE not in redactor.code(source)


@pytest.mark.parametrize("source", ["def (:\n  '''never closed\n", "x = (\n", "  return\n bad dedent\n"])
def test_what_is_no_python_is_looked_through_as_any_text(redactor: Redactor, source: str) -> None:
    assert CORE not in redactor.code(f"{source}password = {CORE}\n")
