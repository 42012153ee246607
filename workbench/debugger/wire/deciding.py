"""Answers to: why, what is dangerous, where from, and may I re-run this?"""

from __future__ import annotations

from typing import Literal, TypedDict

from workbench.debugger.wire.words import Action, Does, Role, Safety, Severity, Sight, State, Status

__all__ = [
    "ActAnswer",
    "Clause",
    "Doubt",
    "Finding",
    "HazardsAnswer",
    "Link",
    "Objection",
    "Option",
    "PlanAnswer",
    "PlannedCall",
    "ProvenanceAnswer",
    "VerdictAnswer",
    "WhyAnswer",
]


class Clause(TypedDict):
    """One sentence.

    Attributes:
        role: What it tells.
        text: The sentence, without event numbers.
        step: Label of the call that it is about; `""` for the whole run.
        seqs: Numbers of the events that show it, the decisive one first.
        time_ms: When that happened.
        run_id: The run that it is about: this one, or a child run.
    """

    role: Role
    text: str
    step: str
    seqs: list[int]
    time_ms: float
    run_id: str


class WhyAnswer(TypedDict):
    """Why it ended so, or where it stands.

    Attributes:
        run_id: The run.
        clauses: Sentences, in order.
        text: All of it as text.
    """

    run_id: str
    clauses: list[Clause]
    text: str


class Finding(TypedDict):
    """One instance of a failure mode; a pin of the timeline stands at the first of its events.

    Attributes:
        id: By which a person accepts it.
        hazard: Id of the failure mode.
        title: Its name.
        severity: How bad it is.
        sight: What its detector looked at.
        seqs: Numbers of the events that show it, the decisive one first.
        evidence: What was seen.
        explanation: Why it happens and what it does.
        fix: What to do, with code.
        false_alarm_if: When it is no trouble; `""` for never.
        confidence: 0 to 1.
        steps: Labels of the steps that it touches.
        at: `file:line` in the code; `""` for none.
    """

    id: str
    hazard: str
    title: str
    severity: Severity
    sight: Sight
    seqs: list[int]
    evidence: str
    explanation: str
    fix: str
    false_alarm_if: str
    confidence: float
    steps: list[str]
    at: str


class HazardsAnswer(TypedDict):
    """Failure modes found, the worst first.

    Attributes:
        run_id: The run.
        findings: What was found, at most 500.
        total: How many were found.
        with_code: The code was replayed to look for those that only code shows.
    """

    run_id: str
    findings: list[Finding]
    total: int
    with_code: bool


class Link(TypedDict):
    """One use of an earlier value.

    Attributes:
        from_seq: Event that gave the value.
        from_step: Its call: `"log_in (1)"`, or `"run"` for the arguments.
        from_path: JSON path in its payload.
        to_seq: Event that used it.
        to_step: Its call, or `"run"` for the end of the run.
        to_path: JSON path there.
        value: Bounded text; a redacted secret by its fingerprint.
        confidence: 0 to 1, how sure it is that the value was taken from there.
        exact: Proven by a replay.
    """

    from_seq: int
    from_step: str
    from_path: str
    to_seq: int
    to_step: str
    to_path: str
    value: str
    confidence: float
    exact: bool


class ProvenanceAnswer(TypedDict):
    """Where values came from.

    Attributes:
        run_id: The run.
        links: In the order of the uses, at most 2,000.
        more: There are more: ask about one event.
    """

    run_id: str
    links: list[Link]
    more: bool


class Objection(TypedDict):
    """One thing that speaks against an action.

    Attributes:
        id: By which a person accepts it; `""` for the line that stands for those beyond 200.
        safety: CHECK or UNSAFE.
        reason: Why.
        seqs: Numbers of the events that it speaks of; none where it is about the log as a whole.
    """

    id: str
    safety: Safety
    reason: str
    seqs: list[int]


class Option(TypedDict):
    """One action, judged. Steps are labels: `"charge_card (3)"`; beyond 200 of them the last says how many more.

    Attributes:
        action: The action.
        from_step: `retry_from`: the step, or `"end"`; `""` otherwise.
        safety: The verdict.
        because: The one reason that decides.
        seqs: Numbers of the events that it speaks of.
        useful: It would change anything.
        preferred: It is the best one.
        reads_from_log: Read from the log.
        executes_again: Executed (again).
        already_done: Happened, and not undone.
        must_compensate: To be undone, in that order.
        in_doubt: Of which nobody knows.
        assumed: What is taken for granted.
        objections: All that speaks against it.
    """

    action: Action
    from_step: str
    safety: Safety
    because: str
    seqs: list[int]
    useful: bool
    preferred: bool
    reads_from_log: list[str]
    executes_again: list[str]
    already_done: list[str]
    must_compensate: list[str]
    in_doubt: list[str]
    assumed: list[str]
    objections: list[Objection]


class Doubt(TypedDict):
    """A question that only the outside can answer.

    Attributes:
        step: Label of the step.
        seq: Number of its intent, to be given to `resolve`; 0 where the label is enough.
        position: Its position.
        state: How it stands.
        probe: Name of the read-only question that settles it; `""` when only a person can find out.
        key: Idempotency key to ask with; `""` for none.
        question: In words.
    """

    step: str
    seq: int
    position: str
    state: State
    probe: str
    key: str
    question: str


class VerdictAnswer(TypedDict):
    """What may be done with the run.

    Attributes:
        run_id: The run.
        status: Where it stands.
        options: The best of each action first, then other steps to retry from.
        in_doubt: Questions to settle.
        evidence: Numbers of the events of each step that an option lists, by label: where it began, and its answer.
        advice: What to do next, in one sentence.
        surplus: What happened besides what the code knows, in sentences.
        with_code: A dry replay of the code at hand took part in the judgement.
        text: All of it as text.
    """

    run_id: str
    status: Status
    options: list[Option]
    in_doubt: list[Doubt]
    evidence: dict[str, list[int]]
    advice: str
    surplus: list[str]
    with_code: bool
    text: str


class PlannedCall(TypedDict):
    """One call that acting makes, or does not need to make.

    Attributes:
        does: What is done with it.
        step: Label of the step.
        kind: What repeating it does; `""` for unknown.
        key: Idempotency key; `""` for none, or not known before the call.
        note: What is known about it.
    """

    does: Does
    step: str
    kind: str
    key: str
    note: str


class PlanAnswer(TypedDict):
    """A dry run.

    Attributes:
        run_id: The run.
        title: The action for people: `retry_from reserve (4)`.
        consequence: What the button says: `"Compensate: undo charge (3), undo reserve (2)"`.
        action: The action.
        from_step: The step; `""` where that does not apply.
        safety: The verdict.
        because: The reason that decides.
        calls: What it makes, in order; at most 500, and then what it only reads comes last.
        then: What is not known before it is done; `""` for nothing.
        objections: All that speaks against it.
        open: Ids of those that are not accepted and have to be: with any, acting is refused.
        assumed: What is taken for granted.
        may: The button may be pressed: nothing is open, and this desk may act.
        why_not: Why it may not; `""` where it may.
        text: All of it as text.
    """

    run_id: str
    title: str
    consequence: str
    action: Action
    from_step: str
    safety: Safety
    because: str
    calls: list[PlannedCall]
    then: str
    objections: list[Objection]
    open: list[str]
    assumed: list[str]
    may: bool
    why_not: str
    text: str


class ActAnswer(TypedDict):
    """What came of acting.

    Attributes:
        run_id: The run.
        ended: `completed` when the workflow returned or all was undone, `failed` when it raised or an undo did.
        text: What it returned or raised, in words.
        status: Where the run stands now.
        new_run_id: `rerun`: the new run; `""` otherwise.
        events: How many events the run has now.
    """

    run_id: str
    ended: Literal["completed", "failed"]
    text: str
    status: Status
    new_run_id: str
    events: int
