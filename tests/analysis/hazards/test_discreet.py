"""A finding repeats no secret, whoever wrote the log and whatever was redacted of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.analysis.divergence.operators import surroundings
from tests.analysis.hazards.corpus.measure import case_of, corpus
from tests.analysis.hazards.corpus.recording import Entry, Recording
from tests.journal.redaction.test_canaries import CORE, JWT
from tests.story import NS, Story
from workbench.analysis.hazards import HAZARDS, Case, Finding, Findings, findings_of
from workbench.journal.codec import Record, RecordedError
from workbench.journal.redaction import check_shareable, secret_kind
from workbench.model import History

Plant = Callable[[str], str]

STRIPE = f"sk_live_{CORE}"
PLANTS: dict[str, Plant] = {
    "in the place of every text": lambda _text: STRIPE,
    "behind every text": lambda text: f"{text} password={CORE}",
    "as a long token": lambda _text: JWT,
    "in every text, far from its beginning": lambda text: f"{text} {'x ' * 140}https://user:{CORE}@db/shop",
}
STORIES = [entry for entry in corpus() if not entry.name.startswith(("11 ", "12 ", "13 ", "14 ", "15 "))]
PARTS = 4
"""By default every fourth recording; all of them are looked at by the nightly tests."""


@pytest.fixture(autouse=True)
def keys_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_KEYS", str(tmp_path / "keys"))


def made(entry: Entry, folder: Path) -> Recording:
    folder.mkdir()
    with surroundings():
        return entry.make(folder)


def said(findings: Findings) -> Iterator[str]:
    for finding in findings:
        yield from (finding.evidence.text, finding.evidence.at, *finding.evidence.steps)


def planted(history: History, plant: Plant) -> History:
    """The same history with every text of every payload changed."""
    read = history.payloads
    return replace(history, payloads=lambda row: _planted(read(row), plant))


def _planted(value: Any, plant: Plant) -> Any:
    if isinstance(value, RecordedError):
        return replace(
            value, message=plant(value.message), args=_planted(value.args, plant), traceback=plant(value.traceback)
        )
    if isinstance(value, Record):
        return Record(type_name=value.type_name, module=value.module, fields=_planted(value.fields, plant))
    if isinstance(value, dict):
        return {key: _planted(one, plant) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_planted(one, plant) for one in value)
    return plant(value) if type(value) is str else value


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.nightly) for part in range(1, PARTS))])
@pytest.mark.parametrize("number", range(len(PLANTS)), ids=list(PLANTS))
def test_a_secret_in_every_text_is_in_no_finding(number: int, part: int, tmp_path: Path) -> None:
    plant = list(PLANTS.values())[number]
    told, found = set(), Counter[str]()
    for place, entry in enumerate(STORIES[number :: len(PLANTS)][part::PARTS]):
        recording = made(entry, tmp_path / str(place))
        siblings = tuple((planted(history, plant), run_id) for history, run_id in recording.siblings)
        changed = replace(recording, history=planted(recording.history, plant), siblings=siblings)
        findings = findings_of(case_of(changed))
        found.update(finding.hazard.id for finding in findings)
        told |= {f"{entry.name}: {text}" for text in said(findings) if CORE[:8] in text or JWT[:40] in text}
    assert not told
    assert found.total() > 100 // PARTS
    assert len(found) > 10


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.nightly) for part in range(1, PARTS))])
def test_what_a_recording_of_the_corpus_hides_is_in_no_finding(part: int, tmp_path: Path) -> None:
    told, secrets = set(), 0
    for number, entry in enumerate(STORIES[part::PARTS]):
        recording = made(entry, tmp_path / str(number))
        case = case_of(recording)
        hidden = {text for row in range(len(recording.history)) for text in _by_name(case.body(row))}
        secrets += len(hidden)
        findings = findings_of(case)
        told |= {f"{entry.name}: {text}" for text in said(findings) if any(one[:8] in text for one in hidden)}
        told |= {f"{entry.name}: {text}" for text in said(findings) if check_shareable(text, environ={})}
    assert not told
    assert secrets > 30 // PARTS


def _by_name(value: Any, name: str = "") -> Iterator[str]:
    """Long texts under names of secrets."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _by_name(one, key if isinstance(key, str) else "")
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _by_name(one, name)
    elif type(value) is str and len(value) >= 12 and secret_kind(name) and not value.startswith(("vault:", "arn:")):
        yield value


def found_in(story: Story, hazard: str, run_id: str = "r") -> list[Finding]:
    found = findings_of(Case(story.history(), run_id, story.now_ns + 60 * NS))
    return [finding for finding in found if finding.hazard.id == hazard]


def test_keys_that_are_secret_are_not_quoted() -> None:
    story = Story()
    step = story.run("r").step("charge", kind="keyed", key=f"a/{STRIPE}").started().died()
    step.started(key=f"b/{STRIPE}").completed()
    (found,) = found_in(story, "changed-key")
    assert found.evidence.text == (
        "charge (1) went out under the key 'a/⟨redacted:stripe⟩', then under 'b/⟨redacted:stripe⟩'"
    )


def test_keys_that_are_none_are_quoted_as_they_are() -> None:
    story = Story()
    step = story.run("r").step("charge", kind="keyed", key="u-1").started().died()
    step.started(key="u-2").completed()
    (found,) = found_in(story, "changed-key")
    assert found.evidence.text == "charge (1) went out under the key 'u-1', then under 'u-2'"


def test_a_secret_that_only_its_name_gives_away_is_hidden_where_a_key_is_made_of_it() -> None:
    story = Story()
    step = story.run("r").step("charge", kind="keyed", key="pay/hunter2horse", args=[{"password": "hunter2horse"}])
    step.started().died()
    step.started(key="again/hunter2horse").completed()
    (found,) = found_in(story, "changed-key")
    assert "hunter2" not in found.evidence.text
    assert "pay/⟨redacted⟩" in found.evidence.text


def test_a_detector_that_fails_with_a_secret_does_not_tell_it() -> None:
    story = Story()
    story.run("r").completed()
    case = Case(story.history(), "r", story.now_ns)

    def fail(_case: Case) -> Iterator[Any]:
        raise ValueError(f"cannot read {STRIPE}")

    (found,) = findings_of(case, [replace(HAZARDS[0], id="mine", detect=fail)])
    assert "cannot read ⟨redacted:stripe⟩" in found.evidence.text
