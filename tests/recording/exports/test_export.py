"""The front door of exports: what it writes, and what it refuses."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.recording.exports.told import odd_story, told, told_story
from workbench._errors import RunNotFoundError, SecretFoundError, UsageError
from workbench.recording.exports import KINDS, export

SECRET = "sk_live_" + "cAnArY7q9ZxW3vT5"


def files_of(path: Path) -> list[Path]:
    return sorted(path.iterdir()) if path.is_dir() else [path]


@pytest.mark.parametrize("kind", KINDS)
def test_files_are_private_and_not_overwritten(tmp_path: Path, kind: str) -> None:
    log, path = told(), tmp_path / "out"
    assert export([log], kind, path, runs=["order-42"]) == path
    first = [file.read_bytes() for file in files_of(path)]

    assert {stat.S_IMODE(file.stat().st_mode) for file in files_of(path)} == {0o600}
    with pytest.raises(UsageError, match="there already"):
        export([log], kind, path, runs=["order-42"])
    export([log], kind, path, runs=["order-42"], overwrite=True)
    assert [file.read_bytes() for file in files_of(path)] == first  # the same recording gives the same bytes


@pytest.mark.parametrize("kind", KINDS)
def test_a_secret_is_refused_and_can_be_allowed(tmp_path: Path, kind: str) -> None:
    log, path = told(odd_story(f"refused {SECRET}")), tmp_path / "out"
    with pytest.raises(SecretFoundError) as caught:
        export([log], kind, path)
    assert SECRET not in str(caught.value)
    assert list(tmp_path.iterdir()) == []

    export([log], kind, path, allow=["stripe"])
    assert files_of(path)


def test_secrets_of_other_runs_are_not_looked_at(tmp_path: Path) -> None:
    story = told_story()
    story.run("other").step("pay").failed("Refused", SECRET)
    for kind in KINDS:
        export([told(story)], kind, tmp_path / kind, runs=["order-42"])
        for file in files_of(tmp_path / kind):
            assert SECRET.encode() not in file.read_bytes()


def test_what_cannot_be_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no export of kind 'csv'"):
        export([told()], "csv", tmp_path / "out")
    with pytest.raises(RunNotFoundError, match="order-43"):
        export([told()], "jsonl", tmp_path / "out", runs=["order-42", "order-43"])
    with pytest.raises(UsageError, match="shows one run, not 2"):
        export([told()], "mermaid", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_json_lines_are_the_events_with_their_payloads(tmp_path: Path) -> None:
    log = told()
    lines = export([log], "jsonl", tmp_path / "out").read_text().splitlines()
    events = [json.loads(line) for line in lines]

    history = log.history
    assert [event["seq"] for event in events] == list(history.columns.seq)
    assert [event["event"] for event in events] == [history.event(row).type.name for row in range(len(history))]
    assert events[0] == {
        "run_id": "order-42", "seq": 1, "time": "2026-09-21T14:13:21.000000Z", "event": "RunStarted", "position": "",
        "name": "checkout", "attempt": 0, "error_type": "", "cause": 0, "engine": "native",
        "payload": {
            "args": ["42"], "kwargs": {}, "workflow": "shop.flows:checkout", "business_key": "42", "parent": "",
            "source": "",
        },
    }  # fmt: skip
    only = export([log], "jsonl", tmp_path / "one", runs=["ship-1"]).read_text().splitlines()
    assert {json.loads(line)["run_id"] for line in only} == {"ship-1"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", ['"\\\n\r\t\x00\x1b', "\u202e\u200b\ufeff", "\udc80", "</script>", "⟨redacted", ""])
def test_any_text_can_be_exported(tmp_path: Path, kind: str, text: str) -> None:
    path = export([told(odd_story(text))], kind, tmp_path / "out")
    for file in files_of(path):
        if kind in ("perfetto", "otlp"):
            json.loads(file.read_bytes())
        elif kind == "jsonl":
            assert all(json.loads(line) for line in file.read_bytes().splitlines())
        else:
            assert file.stat().st_size
