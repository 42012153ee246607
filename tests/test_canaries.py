"""Forty shapes of secrets in every place of a recorded run: no byte of them in log, index, report, exports, reprs."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

import workbench as wb
from tests.journal.redaction.test_canaries import BY_SHAPE, CORE
from workbench._errors import SecretFoundError
from workbench.engines import Loaded
from workbench.journal import reader as reader_of_logs
from workbench.journal.index import index_folder, settle
from workbench.recording import Recording, open_recording
from workbench.recording.exports import KINDS, export
from workbench.recording.reporting import write_report

CARD = re.compile(r"[\d -]{13,}")


@dataclasses.dataclass
class Customer:
    name: str
    note: str


class Request:
    """An object that cannot be recorded and says too much."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return f"<request {self.text}>"


@wb.step(kind="read")
def call(value: Any = None, **named: Any) -> Any:
    return {"ok": True, "echo": value, "named": named}


@wb.step(kind="read")
def refuse(value: Any) -> None:
    held = value  # what a traceback with locals would show
    raise ValueError(f"refused: {held}", Request(str(held)))


@wb.step(kind="read")
def shout(number: int) -> int:
    print(SHOUTED[number])  # noqa: T201 - standard output is a place, too
    return number


@wb.step(kind="keyed", key=lambda text: f"pay/{text}")
def keyed(text: str) -> str:
    return f"paid with {len(text)} characters"


SHOUTED: list[str] = []


@wb.workflow
def calls(made: list[Any]) -> int:
    """Each of `made` is positional, keyword arguments of one call."""
    for args, kwargs in made:
        held = call(*args, **kwargs)
        assert held
    return len(made)


@wb.workflow
def refusals(values: list[str]) -> None:
    last: Exception | None = None
    for value in values:
        try:
            refuse(value)
        except ValueError as error:
            last = error
    raise RuntimeError("all of them refused") from last


@wb.workflow
def shouts(count: int) -> int:
    return sum(shout(number) for number in range(count))


@wb.workflow
def signalled(count: int) -> list[Any]:
    return [wb.signal("approved") for _ in range(count)]


@wb.workflow
def keys(values: list[str]) -> list[str]:
    return [keyed(value) for value in values]


@wb.workflow
def parent(values: list[str]) -> list[Any]:
    return [wb.child(handed_on, value, id=f"child-{number}") for number, value in enumerate(values)]


@wb.workflow
def handed_on(value: Any) -> Any:
    return value


def _calls(made: list[Any]) -> Callable[[wb.Recorder], None]:
    def run(recorder: wb.Recorder) -> None:
        recorder.run(calls, made, id="run-1")

    return run


def _refused(recorder: wb.Recorder) -> None:
    with pytest.raises(RuntimeError):
        recorder.run(refusals, BY_SHAPE, id="run-1")


def _shouted(recorder: wb.Recorder) -> None:
    SHOUTED[:] = BY_SHAPE
    recorder.run(shouts, len(BY_SHAPE), id="run-1")


def _signalled(recorder: wb.Recorder) -> None:
    recorder.run(handed_on, None, id="first")
    recorder.run(calls, [], id="run-1")
    for value in BY_SHAPE:
        recorder.signal("run-1", "approved", value)


def _business(recorder: wb.Recorder) -> None:
    for number, value in enumerate(BY_SHAPE):
        recorder.run(handed_on, None, id=f"run-{number}", business_key=f"order/{value}")


def _decided(recorder: wb.Recorder) -> None:
    recorder.run(handed_on, None, id="run-1")
    for value in BY_SHAPE:
        recorder.decide("run-1", {"action": "resume", "by": "ada", "why": f"the token is {value}", "calls": [value]})


PLACES: dict[str, Callable[[wb.Recorder], Any]] = {
    "argument": _calls([([value], {}) for value in BY_SHAPE]),
    "keyword argument": _calls([([], {"note": value}) for value in BY_SHAPE]),
    "header": _calls([([], {"headers": {"Accept": "json", "X-Forwarded": value}}) for value in BY_SHAPE]),
    "URL query": _calls([([f"https://shop.example/?page=2&x={value}&y=1"], {}) for value in BY_SHAPE]),
    "dataclass field": _calls([([Customer("ada", value)], {}) for value in BY_SHAPE]),
    "nested dict": _calls([([{"a": [{"b": ({"c": [value]},)}]}], {}) for value in BY_SHAPE]),
    "key of a map": _calls([([{value: 1}], {}) for value in BY_SHAPE]),
    "bytes": _calls([([f"body={value}".encode()], {}) for value in BY_SHAPE]),
    "JSON inside text": _calls([([f'{{"a": "{{\\"b\\": \\"{value}\\"}}"}}'], {}) for value in BY_SHAPE]),
    "exception: text, arguments, repr, traceback": _refused,
    "standard output": _shouted,
    "signal value": _signalled,
    "child argument and result": lambda recorder: recorder.run(parent, BY_SHAPE, id="run-1"),
    "workflow argument and result": lambda recorder: recorder.run(handed_on, BY_SHAPE, id="run-1"),
    "idempotency key": lambda recorder: recorder.run(keys, BY_SHAPE, id="run-1"),
    "business key": _business,
    "decision of a person": _decided,
}


def needles(secret: str) -> set[str]:
    """Pieces of a secret of which none may be seen."""
    pieces = set(secret.split(".")) if secret.startswith("eyJ") else {secret}
    if "Basic" in secret:
        pieces = {secret.split()[1]}
    return {piece for piece in pieces if len(piece) > 12 and piece != "eyJhbGciOiAiSFMyNTYifQ"} | {CORE, CORE[4:-4]}


def leaks(text: str) -> list[str]:
    return [secret for secret in BY_SHAPE if any(needle in text for needle in needles(secret))]


def everything_shown(recording: Recording, folder: Path) -> Iterator[tuple[str, str]]:
    """Each thing that could be shared, as text."""
    for kind in KINDS:
        if kind != "mermaid":
            yield kind, _text_of(export(recording.logs, kind, folder / kind))
    for number, run in enumerate(recording):
        mermaid = export(recording.logs, "mermaid", folder / f"{number}.mmd", runs=[run.id])
        yield "mermaid", re.sub(r"#(\d+);", lambda found: chr(int(found[1])), mermaid.read_text())
        yield "report", run.report(folder / f"{number}.html").read_text()
        answers = (run.why(), run.hazards(), run.provenance(), run.ledger())
        yield "answers", "".join(f"{answer!r}{answer._repr_html_()}" for answer in answers)
        yield "repr of the run", repr(run) + run._repr_html_() + repr(run.verdict()) + run.verdict()._repr_html_()
        yield "timeline", run.timeline().to_json() + run.terminal_timeline()
    yield "repr of the recording", repr(recording) + recording._repr_html_()
    with pd.option_context("display.max_rows", None, "display.max_columns", None, "display.max_colwidth", None):
        for frame in (recording.runs, recording.steps, recording.events):
            yield "frame", frame.to_string() + frame.to_html()


def _text_of(path: Path) -> str:
    if path.is_dir():
        return "".join(str(pq.read_table(file).to_pylist()) for file in path.iterdir())
    return path.read_text()


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_no_canary_is_seen_anywhere(
    tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reader_of_logs, "INDEX_FROM", 1)  # so that a log of this size has an index as well
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "shop.wlog"
    with wb.Recorder(path) as recorder:
        PLACES[place](recorder)
    assert len(BY_SHAPE) >= 40
    assert len(PLACES) >= 12
    recording = open_recording(path)
    settle()
    indexes = [file for file in index_folder().rglob("*") if file.is_file()]
    assert indexes

    found = {"log": leaks(path.read_bytes().decode("latin-1"))}
    found["index"] = leaks("".join(file.read_bytes().decode("latin-1") for file in indexes))
    for what, text in everything_shown(recording, tmp_path):
        found.setdefault(what, []).extend(leaks(text))

    assert {what: seen for what, seen in found.items() if seen} == {}
    assert leaks(capsys.readouterr().out) == (BY_SHAPE if place == "standard output" else [])


def test_the_environment_s_secrets_are_seen_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = "plain words " + "of the environment"
    monkeypatch.setenv("SHOP_API_KEY", hidden)
    path = tmp_path / "shop.wlog"
    with wb.Recorder(path) as recorder:
        recorder.run(calls, [([hidden], {"note": f"it is {hidden}."})], id="run-1")
        with pytest.raises(RuntimeError):
            recorder.run(refusals, [hidden], id="run-2")

    assert hidden.encode() not in path.read_bytes()
    assert [what for what, text in everything_shown(open_recording(path), tmp_path) if hidden in text] == []


def test_locals_of_a_replay_show_no_secret(tmp_path: Path) -> None:
    path = tmp_path / "shop.wlog"
    with wb.Recorder(path) as recorder:
        PLACES["argument"](recorder)
    trace = open_recording(path).run().replay(calls)

    seen = [repr(trace.goto(index)) + str(trace.stop.locals) for index in range(len(trace))]
    assert len(seen) > len(BY_SHAPE)
    assert leaks("".join(seen)) == []


def refusal(log: Loaded, kind: str, target: Path) -> SecretFoundError | None:
    try:
        write_report(log, "run-1", target) if kind == "report" else export([log], kind, target)
    except SecretFoundError as error:
        return error
    return None


@pytest.mark.parametrize("kind", [*KINDS, "report"])
def test_whatever_was_recorded_in_clear_is_refused(tmp_path: Path, kind: str) -> None:
    """Recorded with redaction off, as other engines do: the second line of defence knows every shape by itself."""
    written = []
    for number, secret in enumerate(BY_SHAPE):
        path = tmp_path / f"{number}.wlog"
        with wb.Recorder(path, redact=False) as recorder, pytest.raises(RuntimeError):
            recorder.run(refusals, [secret], id="run-1")
        log, target = open_recording(path).logs[0], tmp_path / f"{number}.out"
        error = refusal(log, kind, target)
        if error is None:
            written.append(secret)
            continue
        assert not any(needle in str(error) for needle in needles(secret))
        assert not target.exists()

    assert written == []
    assert list(tmp_path.glob(".*")) == []  # no drafts stay behind


def test_a_secret_in_a_run_s_id_is_not_hidden_and_not_shared(tmp_path: Path) -> None:
    """Ids are matched literally, so recording cannot change them: a known limit, which sharing makes up for."""
    secret = f"sk_live_{CORE}"
    path = tmp_path / "shop.wlog"
    with wb.Recorder(path) as recorder:
        recorder.run(handed_on, None, id=f"run-{secret}")
    log = open_recording(path).logs[0]

    assert secret.encode() in path.read_bytes()
    for kind in KINDS:
        with pytest.raises(SecretFoundError):
            export([log], kind, tmp_path / kind)
    with pytest.raises(SecretFoundError):
        write_report(log, f"run-{secret}", tmp_path / "report.html")
