"""May I re-run this? The verdict, the dry run, the deed, and what settles a doubt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from workbench._errors import UsageError, WorkbenchError
from workbench.analysis import Action, Doubt, Objection, Option, Safety, Verdict
from workbench.debugger.answer import Answer, and_more, few, ms_of, shown, word
from workbench.debugger.answers import with_code
from workbench.debugger.editing import value_of
from workbench.debugger.evidence import Evidence
from workbench.debugger.session import Session
from workbench.debugger.wire import deciding, settling
from workbench.debugger.wire.questions import (
    ActQuestion,
    DecisionQuestion,
    PlanQuestion,
    ProbeQuestion,
    ResolveQuestion,
    VerdictQuestion,
)
from workbench.recording import Run
from workbench.recording.plan import Plan, plan_of
from workbench.recording.undoing import Undoing
from workbench.replay import safe_repr
from workbench.replay.safe_repr import error_words

__all__ = ["act", "consequence", "decision", "objections", "plan", "probe", "resolve", "said", "verdict"]

_NAME: Final = 400
_REPORT: Final = 40_000
_TOLD_CALLS: Final = 4
_CALLS: Final = 500
_DOUBTS: Final = 500
_MOST: Final = 200


# --- the verdict ---------------------------------------------------------------------------------------------


def verdict(session: Session, question: VerdictQuestion) -> Answer:
    """What may be done with the run."""
    run = session.run(question["run_id"])
    step = question.get("from_step", "")
    found, coded = with_code(session, run, lambda code: run.verdict(code, from_step=step))
    best, rows = found.best_option, _in_order(found)
    labels = {label for row in rows for listed in _lists(row).values() for label in listed}
    evidence = _evidence(run, rows, labels)
    body: deciding.VerdictAnswer = {
        "run_id": run.id,
        "status": word(found.status),
        "options": [_option(row, evidence, preferred=row is best) for row in rows],
        "in_doubt": [_doubt(one) for one in found.in_doubt[:_DOUBTS]],
        "evidence": {label: seqs for label in sorted(labels) if (seqs := evidence.of(label))},
        "advice": shown(found.advice.sentence),
        "surplus": _sentences(found.surplus),
        "with_code": coded,
        "text": shown(found.text(), _REPORT),
    }
    return Answer(body)


def _in_order(found: Verdict) -> list[Option]:
    """The best of each action first, then other steps to retry from."""
    first = [row for action in Action if (row := found.row(action)) is not None]
    return [*first, *(row for row in found.rows if all(row is not one for one in first))]


def _option(row: Option, evidence: Evidence, *, preferred: bool) -> deciding.Option:
    lists = _lists(row)
    return {
        "action": word(row.action), "from_step": shown(row.from_step, _NAME, lines=False), "safety": word(row.safety),
        "because": shown(row.because), "seqs": evidence.behind(row.because), "useful": row.useful,
        "preferred": preferred, "reads_from_log": lists["reads_from_log"], "executes_again": lists["executes_again"],
        "already_done": lists["already_done"], "must_compensate": lists["must_compensate"],
        "in_doubt": lists["in_doubt"], "assumed": _sentences(row.assumed),
        "objections": objections(row.objections, row.safety, evidence),
    }  # fmt: skip


_LISTS = ("reads_from_log", "executes_again", "already_done", "must_compensate", "in_doubt")


def _lists(row: Option) -> dict[str, list[str]]:
    return {name: _labels(getattr(row, name)) for name in _LISTS}


def _evidence(run: Run, rows: Sequence[Option], labels: Iterable[str] = ()) -> Evidence:
    reasons = (reason for row in rows for reason in (row.because, *(one.reason for one in row.objections[:_MOST])))
    return Evidence(run.facts, run.history, labels, reasons)


def _labels(steps: Any) -> list[str]:
    """Ids by which steps are named in later questions: as they are."""
    return few(map(str, steps), and_more)


def _sentences(said: Any) -> list[str]:
    return few((shown(one) for one in said), and_more)


def objections(
    against: Sequence[Objection], safety: Safety, evidence: Evidence | None = None
) -> list[deciding.Objection]:
    """What speaks against an action; of many, the first.

    Args:
        against: All of it.
        safety: What the line says that stands for the others.
        evidence: Knows the events.
    """

    def more(left: int) -> deciding.Objection:
        return {"id": "", "safety": word(safety), "reason": f"{left:,} more of these", "seqs": []}

    told: list[deciding.Objection] = [
        {
            "id": one.id, "safety": word(one.safety), "reason": shown(one.reason),
            "seqs": evidence.behind(one.reason) if evidence is not None else [],
        }
        for one in against[: _MOST + 1]
    ]  # fmt: skip
    return [*told[:_MOST], more(len(against) - _MOST)] if len(against) > _MOST else told


def _doubt(one: Doubt) -> deciding.Doubt:
    return {
        "step": one.step, "seq": 0 if one.alone else one.seq, "position": one.position, "state": word(one.state),
        "probe": shown(one.probe, _NAME, lines=False), "key": shown(one.key, _NAME, lines=False),
        "question": shown(one),
    }  # fmt: skip


# --- the dry run ---------------------------------------------------------------------------------------------


def plan(session: Session, question: PlanQuestion) -> Answer:
    """What an action would do. Nothing is done."""
    run = session.run(question["run_id"])
    accept = question.get("accept", [])
    found, _ = with_code(session, run, lambda code: _planned(run, question, code))
    return Answer(_plan(session, run, found, accept))


def _planned(run: Run, question: PlanQuestion, code: Any) -> Plan:
    step, action = question.get("from_step", ""), question["action"]
    if code is not None:
        planned: Plan = _asked(run, action, step, code, {"dry_run": True, "accept": question.get("accept", [])})
        return planned
    option = run.verdict(from_step=step if step != "end" else "").row(action, step if action == "retry_from" else "")
    if option is None:
        raise UsageError(f"run {run.id!r} cannot be acted on by {action} {step}".rstrip(), hint="see the verdict")
    return plan_of(run.facts, option, None)


def _asked(run: Run, action: str, step: str, code: Any, how: dict[str, Any]) -> Any:
    if action == "retry_from":
        return run.retry_from(step, code, **how)
    if action == "compensate":
        return run.compensate(code, down_to=step, **how)
    return run.resume(code, **how) if action == "resume" else run.rerun(code, **how)


def _plan(session: Session, run: Run, found: Plan, accept: list[str]) -> deciding.PlanAnswer:
    option, left = found.option, found.open_objections(accept)
    why_not = "; ".join(f"{one.id}: {one.safety}, {one.reason}" for one in left[:_CALLS])
    if not session.may_act:
        why_not = "nobody may act from here: this view changes nothing"
    return {
        "run_id": found.run_id, "title": shown(found.title, _NAME, lines=False),
        "consequence": shown(consequence(found), lines=False), "action": word(option.action),
        "from_step": option.from_step, "safety": word(option.safety), "because": shown(option.because),
        "calls": _calls(found),
        "then": shown(found.then), "objections": objections(option.objections, option.safety, _evidence(run, [option])),
        "open": list(dict.fromkeys(one.id for one in left)), "assumed": _sentences(option.assumed),
        "may": not why_not, "why_not": shown(why_not), "text": shown(found.text(), _REPORT),
    }  # fmt: skip


def _calls(found: Plan) -> list[deciding.PlannedCall]:
    """What it does comes before what it only reads, where not all can be told."""

    def more(left: int) -> deciding.PlannedCall:
        return {"does": word("reads"), "step": and_more(left), "kind": "", "key": "", "note": ""}

    many = len(found.calls) > _CALLS
    told = sorted(found.calls, key=lambda call: call.does == "reads") if many else found.calls
    calls: list[deciding.PlannedCall] = [
        {
            "does": word(call.does), "step": call.step, "kind": call.kind, "key": shown(call.key),
            "note": shown(call.note),
        }
        for call in told
    ]  # fmt: skip
    return few(calls, more, _CALLS)


_BUTTONS = {
    Action.RESUME: "Resume",
    Action.RETRY_FROM: "Retry from",
    Action.RERUN: "Run again",
    Action.COMPENSATE: "Compensate",
}


def consequence(found: Plan) -> str:
    """What a button says: the action and the calls that it makes."""
    head = f"{_BUTTONS[found.option.action]} {found.option.from_step}".strip()
    said = list(found.sentences)
    more = [f"{len(said) - _TOLD_CALLS} more"] if len(said) > _TOLD_CALLS else []
    told = ", ".join([*said[:_TOLD_CALLS], *more]) or found.then or "call nothing"
    return f"{head}: {told}"


# --- the deed ------------------------------------------------------------------------------------------------


def act(session: Session, question: ActQuestion) -> Answer:
    """Do it, in this process: what speaks against it and is not accepted refuses it.

    Raises:
        NotAllowedError: Nobody may act from here.
        UnsafeError: The verdict is not SAFE, and not all that speaks against it was accepted.
        WorkbenchError: It was not begun: somebody else writes the log, a step is in doubt, the code is not here.
    """
    session.must_act()
    run = session.run(question["run_id"])
    how = {"accept": question.get("accept", []), "by": question.get("by", ""), "why": question.get("why", "")}
    before = len(run.facts.decisions)
    try:
        given = _asked(run, question["action"], question.get("from_step", ""), session.code(run), how)
    except WorkbenchError:
        session.read_again(run)
        raise
    except Exception as error:  # noqa: BLE001 - how the workflow ended, a value here
        ended, text = "failed", error_words(error)
    else:
        ended, text = said(given)
    now = session.read_again(run)
    made = now.facts.decisions[before:]
    body: deciding.ActAnswer = {
        "run_id": run.id, "ended": word(ended), "text": shown(text), "status": word(now.status),
        "new_run_id": next((one.new_run for one in reversed(made) if one.new_run), ""), "events": now.facts.events,
    }  # fmt: skip
    return Answer(body)


def said(given: Any) -> tuple[str, str]:
    """How acting ended, and what it gave, in words."""
    if isinstance(given, Undoing):
        return "completed" if given.failed is None else "failed", given.text()
    return "completed", f"it returned {safe_repr(given)}"


# --- doubts --------------------------------------------------------------------------------------------------


def probe(session: Session, question: ProbeQuestion) -> Answer:
    """Ask the probes of steps in doubt."""
    session.must_act()
    run, record = session.run(question["run_id"]), question.get("record", False)
    answers = run.probe(question.get("step") or None, session.code(run), record=record, why=question.get("why", ""))
    if record:
        session.read_again(run)
    rows: list[settling.ProbeRow] = [
        {
            "step": one.step, "position": one.position, "probe": shown(one.probe, _NAME, lines=False),
            "happened": one.happened, "result": safe_repr(one.result) if one.happened else "",
            "error": shown(one.error), "text": shown(one),
        }
        for one in answers
    ]  # fmt: skip
    body: settling.ProbeAnswer = {"run_id": run.id, "rows": rows, "recorded": record}
    return Answer(body)


def resolve(session: Session, question: ResolveQuestion) -> Answer:
    """Write down what became of a step in doubt."""
    session.must_act()
    run = session.run(question["run_id"])
    result = value_of(question["result"], run.history) if "result" in question else None
    run.resolve(
        question.get("seq") or question["step"], happened=question.get("happened"),
        undone=question.get("undone"), result=result,
        by=question.get("by", ""), why=question.get("why", ""),
    )  # fmt: skip
    now = session.read_again(run)
    found = now.verdict()
    body: settling.ResolveAnswer = {
        "run_id": run.id,
        "status": word(found.status),
        "in_doubt": [_doubt(one) for one in found.in_doubt[:_DOUBTS]],
        "events": now.facts.events,
    }
    return Answer(body)


def decision(session: Session, question: DecisionQuestion) -> Answer:
    """What people decided about the run."""
    run = session.run(question["run_id"])
    record = run.decision_record()
    rows: list[settling.DecisionRow] = [
        {
            "seq": row["seq"], "time_ms": ms_of(row["time_ns"]), "action": shown(row["action"], _NAME, lines=False),
            "step": shown(row["step"], _NAME, lines=False), "by": shown(row["by"], _NAME, lines=False),
            "why": shown(row["why"]), "safety": row["safety"] if row["safety"] in {"SAFE", "CHECK", "UNSAFE"} else "",
            "because": shown(row["because"]), "accepted": [shown(one) for one in row["accepted"]],
            "assumed": [shown(one) for one in row["assumed"]], "calls": [shown(one) for one in row["calls"]],
            "new_run": row["new_run"],
        }
        for row in record.rows
    ]  # fmt: skip
    body: settling.DecisionAnswer = {"run_id": run.id, "rows": rows, "markdown": shown(record.to_markdown(), _REPORT)}
    return Answer(body)
