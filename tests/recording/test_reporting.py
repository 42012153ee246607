"""The report of real runs: of our own incident, of other engines' histories, and of what must not be shared."""

from __future__ import annotations

import importlib
import pkgutil
import re
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import workbench as wb
from tests.incident import doubtful_demo, doubtful_run, killed_demo, killed_run
from tests.recording.exports.told import odd_story, told
from tests.story import Story
from workbench._errors import SecretFoundError, UsageError
from workbench.analysis import hazards
from workbench.engines import Loaded
from workbench.model import EventType, Source
from workbench.recording import Run, open_recording
from workbench.recording.exports import KINDS, export
from workbench.recording.listings import listings_of
from workbench.recording.reporting import incident_of, write_report
from workbench.views.report import shown_texts

__all__ = ["doubtful_demo", "doubtful_run", "killed_demo", "killed_run"]  # fixtures

SECRET = "sk_live_" + "cAnArY7q9ZxW3vT5"
REAL = Path(__file__).parents[3] / "shared/data"


def text_of(path: Path) -> str:
    return "\n".join(part.text for part in shown_texts(path.read_text()))


def test_the_report_of_a_doubtful_charge(doubtful_run: Run, tmp_path: Path) -> None:
    log = doubtful_run._loaded
    path = write_report(log, doubtful_run.id, tmp_path / "incident.html")

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    shown = text_of(path)
    assert "order-42 · checkout · INTERRUPTED" in shown
    assert "May have happened: charge_card (4)." in shown
    assert re.search(r"✗ \d+charge_card \(4\) in doubt", shown)
    assert "    charge = charge_card(order.id, order.amount_cents)" in shown
    assert "session = log_in(" in shown  # code, not a secret
    assert "⟨redacted:access_token:" in shown


def test_another_report_is_not_overwritten(killed_run: Run, tmp_path: Path) -> None:
    path = tmp_path / "incident.html"
    write_report(killed_run._loaded, killed_run.id, path)
    with pytest.raises(UsageError, match="there already"):
        write_report(killed_run._loaded, killed_run.id, path)
    write_report(killed_run._loaded, killed_run.id, path, overwrite=True)


@pytest.mark.parametrize("where", ["event", "source", "line", "traceback"])
def test_a_report_with_a_secret_is_refused(tmp_path: Path, where: str) -> None:
    log = leaky(where)
    with pytest.raises(SecretFoundError) as caught:
        write_report(log, "order-42", tmp_path / "incident.html")
    assert SECRET not in str(caught.value)
    assert list(tmp_path.iterdir()) == []

    path = write_report(log, "order-42", tmp_path / "incident.html", allow=["stripe", "password"])
    assert path.exists()


def leaky(where: str) -> Loaded:
    """A log that holds a secret where a report does not show the whole of it, or shows it elsewhere."""
    story = Story()
    hidden = "x " * 5000 + SECRET + " y" * 5000  # cut away where it is shown
    run = story.run("order-42", args=[hidden if where == "event" else ""])
    run.step("pay", kind="write").completed("ok")
    if where == "traceback":
        run.event(EventType.RunFailed, facts=(0, "Refused", 0), error=wb.errors.UsageError(f"no {SECRET}"))
    lines = ["import shop"] * 200
    lines[0] = f'KEY = "{SECRET}"' if where == "source" else "pass"  # far from every call
    lines[40] = 'password = "hunter2hunter2"' if where == "line" else "pass"
    source = Source("d" * 64, "/srv/shop/flows.py", "shop.flows", "\n".join(lines))
    return replace(told(story), history=replace(story.history(), sources={source.digest: source}))


def test_the_version_of_the_code_that_ran_is_shown() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("pay", kind="write").completed("ok")
    texts = {digest * 64: f"# {digest}\n" * 60 for digest in "abc"}
    sources = {digest: Source(digest, "/srv/shop/flows.py", "shop.flows", text) for digest, text in texts.items()}
    story.bodies[0]["source"] = "b" * 64
    (listing,) = listings_of(replace(story.history(), sources=sources), Run(told(story), "order-42").facts)
    assert listing.file == "flows.py (shop.flows)"
    assert {line.text for line in listing.lines} == {"# b"}
    assert [(line.number, line.note) for line in listing.lines if line.mark == "call"] == [(41, "pay (1) completed")]


def test_many_events_are_cut_in_the_middle() -> None:
    story = Story()
    run = story.run("order-42")
    for _ in range(800):
        run.step("poll", kind="read").completed("ok")
    incident = incident_of(told(story), "order-42")
    seqs = [line.seq for line in incident.events]
    assert len(seqs) + incident.events_left_out == 1601
    assert seqs == [*range(1, 501), *range(1102, 1602)]


def test_no_finding_and_nobody_looked_are_told_apart(tmp_path: Path) -> None:
    log = told()
    assert "Hazards" not in text_of(write_report(log, "order-42", tmp_path / "a.html"))
    assert "None was found." in text_of(write_report(log, "order-42", tmp_path / "b.html", findings=[]))


def test_any_text_can_be_reported(tmp_path: Path) -> None:
    for number, text in enumerate(["", "\udc80", "\x00\x1b[31m", "</script>", "\u202e", "x" * 100_000]):
        assert write_report(told(odd_story(text)), "odd", tmp_path / f"{number}.html").stat().st_size


def test_what_hazards_say_is_no_secret(tmp_path: Path) -> None:
    """Their snippets assign tokens and keys; a report that any of them stops could never be shared."""
    modules = [
        importlib.import_module(found.name) for found in pkgutil.walk_packages(hazards.__path__, f"{hazards.__name__}.")
    ]
    known = {each.id: each for module in modules for each in vars(module).values() if isinstance(each, hazards.Hazard)}
    assert len(known) > 10
    seen = [hazards.Finding(each, "order-42", hazards.Evidence((1,), each.title)) for each in known.values()]
    assert "Expired credential" in text_of(write_report(told(), "order-42", tmp_path / "a.html", findings=seen))


_SUFFIXES = {".json", ".sqlite", ".db"}
_LARGE = 2 << 20


def real_runs() -> Iterator[Run]:
    if not REAL.is_dir():
        pytest.skip("the real histories of other engines are not beside the project")
    files = [file for file in sorted(REAL.rglob("*")) if file.suffix in _SUFFIXES and file.stat().st_size < _LARGE]
    for file in files:
        try:
            recording = open_recording(file)
        except wb.WorkbenchError:
            continue  # no history
        yield from list(recording)[:1]


def test_real_histories_are_reported_and_exported_or_refused_for_a_reason(tmp_path: Path) -> None:
    written, refused = 0, []
    for number, run in enumerate(real_runs()):
        for kind in (*KINDS, "report"):
            target = tmp_path / f"{number}.{kind}"
            try:
                if kind == "report":
                    write_report(run._loaded, run.id, target)
                else:
                    export([run._loaded], kind, target, runs=[run.id])
            except SecretFoundError as error:
                refused.append(str(error))
            else:
                written += 1
    assert written > 50
    assert refused == []
