"""Many chosen runs at once: what would happen to each, and acting on them one by one, up to the first surprise."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import Any, Final

from workbench._errors import ActedDuringReplayError, RunBusyError, UsageError, WorkbenchError
from workbench.analysis import Action, Option, Safety, Verdict
from workbench.analysis.triage import Outlook, outlook_of
from workbench.debugger.answer import Answer, failure_of, shown, word
from workbench.debugger.branches import REPLAY_SECONDS
from workbench.debugger.deciding import consequence, objections, said
from workbench.debugger.session import Code, Session, loaded_of
from workbench.debugger.wire import together
from workbench.debugger.wire.together import ActEachQuestion, ChosenRun, EachRow, PlanEachQuestion
from workbench.program import as_workflow
from workbench.recording import Run
from workbench.recording.basis import Basis
from workbench.recording.bulk import Deed, Done, Hands, act_on_one, judged_twice
from workbench.recording.plan import Plan
from workbench.replay.deadline import OverdueError, within

__all__ = ["act_each", "plan_each"]

_MOST: Final = 500
_NAME: Final = 400
_CALLS: Final = 20


# --- dry runs ------------------------------------------------------------------------------------------------


def plan_each(session: Session, question: PlanEachQuestion) -> Answer:
    """What would happen to each of these runs. Nothing is done.

    Raises:
        NotAllowedError: Code may not be run here.
        UsageError: Too many at once.
    """
    session.must_run_code()
    run_ids = question["run_ids"]
    if len(run_ids) > _MOST:
        raise UsageError(f"{len(run_ids):,} runs at once", hint=f"ask about {_MOST} at a time")
    action = question.get("action", "")
    body: together.EachAnswer = {"rows": [_forecast(session, run_id, action) for run_id in run_ids]}
    return Answer(body)


def _forecast(session: Session, run_id: str, action: str) -> EachRow:
    try:
        run = session.run(run_id)
        return within(REPLAY_SECONDS, partial(_of_run, session, run, action))
    except (ActedDuringReplayError, OverdueError, WorkbenchError) as error:
        failure = failure_of(error)
        outlook = Outlook("", "", Safety.UNSAFE, f"{failure['message']} {failure['hint']}".strip())
        return _row(Done(run_id, Deed.SURPRISE, outlook.because, failure["name"]), outlook, action)


def _of_run(session: Session, run: Run, action: str) -> EachRow:
    seen = run.verdict()
    outlook = outlook_of(seen)
    wanted = action or outlook.best
    if not wanted:
        return _row(Done(run.id, Deed.UNTOUCHED, outlook.because), outlook, "", events=run.facts.events)
    planned = partial(_planned, session, run, Action(wanted))
    hands = Hands(lambda _, step: planned(step), lambda _: judged_twice(run, wanted, session.code(run)))
    done = act_on_one(run.id, None, Action(wanted), hands, dry_run=True)
    option = seen.row(wanted)
    plan: Plan | None = done.result
    if plan is None and option is not None and option.useful and not done.error_type:
        plan = planned(option.from_step)
    return _row(done, outlook, wanted, option, plan, events=run.facts.events)


def _planned(session: Session, run: Run, action: Action, from_step: str) -> Plan:
    step = from_step if action is Action.RETRY_FROM else ""
    return Basis(loaded_of(run), run.id, as_workflow(session.code(run))).plan(action, step)


def _row(
    done: Done,
    outlook: Outlook,
    action: str,
    option: Option | None = None,
    plan: Plan | None = None,
    *,
    events: int = 0,
) -> EachRow:
    judged = plan.option if plan is not None else option
    refused = plan is not None and done.outcome is Deed.SURPRISE
    against = plan.open_objections() if plan is not None and refused else []
    return {
        "run_id": done.run_id, "deed": word(done.outcome), "action": word(action),
        "from_step": shown(judged.from_step, _NAME, lines=False) if judged is not None else "",
        "safety": word(_worse(judged, option) if judged is not None else outlook.safety),
        "because": shown(done.because),
        "consequence": shown(consequence(plan), lines=False) if plan is not None else "",
        "calls": _calls(plan) if plan is not None else [],
        "objections": objections(against, Safety.CHECK),
        "expected": _outlook(outlook), "events": events, "error_type": shown(done.error_type, _NAME, lines=False),
    }  # fmt: skip


def _calls(plan: Plan) -> list[str]:
    acting = (call for call in plan.calls if call.does != "reads")
    verbs = {"executes": "execute", "undoes": "undo"}
    return [shown(f"{verbs[call.does]} {call.step}", _NAME, lines=False) for call in islice(acting, _CALLS)]


def _worse(one: Option, other: Option | None) -> Safety:
    """What the log says, and what it says with the code at hand: the worse of both decides."""
    return max([one.safety, *([other.safety] if other is not None else [])], key=list(Safety).index)


def _outlook(outlook: Outlook) -> together.Outlook:
    return {
        "best": outlook.best, "from_step": shown(outlook.from_step, _NAME, lines=False),
        "safety": word(outlook.safety), "because": shown(outlook.because),
    }  # fmt: skip


# --- deeds ---------------------------------------------------------------------------------------------------


def act_each(session: Session, question: ActEachQuestion) -> Answer:
    """Act on these runs, in this process, one after the other; the first surprise ends it.

    Raises:
        NotAllowedError: Nobody may act from here.
    """
    session.must_act()
    rows: list[EachRow] = []
    stopped = ""
    for chosen in question["runs"]:
        rows.append(_untouched(chosen, stopped) if stopped else _deed(session, chosen, question))
        stopped = stopped or (chosen["run_id"] if rows[-1]["deed"] == "surprise" else "")
    body: together.EachAnswer = {"rows": rows}
    return Answer(body)


def _untouched(chosen: ChosenRun, stopped: str) -> EachRow:
    done = Done(chosen["run_id"], Deed.UNTOUCHED, f"not reached: {stopped} came as a surprise")
    return _came(chosen, done, chosen["expected"], chosen["events"])


def _deed(session: Session, chosen: ChosenRun, question: ActEachQuestion) -> EachRow:
    run_id, action = chosen["run_id"], Action(chosen["action"])
    try:
        run = session.run(run_id)
        now = run.refresh()
    except WorkbenchError as error:
        done = Done(run_id, Deed.SURPRISE, str(error), type(error).__name__)
        return _came(chosen, done, chosen["expected"], chosen["events"])
    seen = outlook_of(now.verdict())
    hands = Hands(
        partial(_act, session, now, chosen, question), lambda _: _judge(now, action, session.code(now), chosen)
    )
    accepted = bool(chosen.get("accept"))
    done = act_on_one(run_id, _expected(chosen, seen), action, hands, dry_run=False, accepted=accepted)
    after = session.read_again(run)
    return _came(chosen, done, _outlook(seen), after.facts.events)


def _judge(now: Run, action: Action, code: Code, chosen: ChosenRun) -> tuple[Verdict, Verdict]:
    """The verdicts, unless the run went on since a person accepted what spoke against it."""
    new = now.facts.events - chosen["events"]
    if chosen.get("accept") and new:
        message = f"run {now.id!r} has {new} events that are new since you looked: you may accept another thing now"
        raise RunBusyError(message, run_id=now.id, hint="make the dry run again")
    return judged_twice(now, action, code)


def _act(session: Session, now: Run, chosen: ChosenRun, question: ActEachQuestion, _: str, from_step: str) -> Any:
    if shown(from_step, _NAME, lines=False) != chosen["from_step"]:
        raise UsageError(
            f"it would begin with {from_step} now, not with {chosen['from_step']}", hint="make the dry run again"
        )
    action = chosen["action"]
    step = {"step": from_step} if action == "retry_from" else {}
    return getattr(now, action)(
        code=session.code(now), accept=chosen.get("accept", ()), by=question.get("by", ""),
        why=question.get("why", ""), **step,
    )  # fmt: skip


def _expected(chosen: ChosenRun, seen: Outlook) -> Outlook:
    """What a person saw; texts that are shown alike are alike."""
    said_then = chosen["expected"]
    if said_then == _outlook(seen):
        return seen
    return Outlook(said_then["best"], said_then["from_step"], Safety(said_then["safety"]), said_then["because"])


def _came(chosen: ChosenRun, done: Done, seen: together.Outlook, events: int) -> EachRow:
    came = said(done.result)[1] if done.outcome is Deed.DONE else ""
    return {
        "run_id": chosen["run_id"], "deed": word(done.outcome), "action": chosen["action"],
        "from_step": chosen["from_step"], "safety": seen["safety"], "because": shown(done.because),
        "consequence": shown(came), "calls": [], "objections": [], "expected": seen, "events": events,
        "error_type": shown(done.error_type, _NAME, lines=False),
    }  # fmt: skip
