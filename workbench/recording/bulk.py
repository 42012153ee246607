"""One action for many runs, one run after the other, up to the first surprise.

What was true of a run when the triage was made may not be true any more: a colleague acted, a key expired, a worker
came back. So each run is judged again right before it is acted on, and the first one that is not as expected stops
everything: nobody wants ten thousand wrong refunds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench._errors import UsageError
from workbench.analysis import END, Action, Option, Safety, Verdict
from workbench.analysis.cells import category, text
from workbench.analysis.triage import Outlook, outlook_of
from workbench.recording.undoing import Undoing

if TYPE_CHECKING:
    import pandas as pd

    from workbench.recording.run import Run

__all__ = ["Deed", "Done", "Hands", "act_on_each", "act_on_one", "judged_twice"]


class Deed(StrEnum):
    """What came of one run."""

    DONE = "done"
    PLANNED = "planned"
    """A dry run: it would be done."""
    SURPRISE = "surprise"
    """It was not as expected, or acting raised: everything stopped here."""
    UNTOUCHED = "untouched"
    """It came after the surprise."""


class Done(NamedTuple):
    """What came of one run, and why.

    Attributes:
        run_id: The run.
        outcome: What came of it.
        because: Why it was done or not.
        error_type: Class of what was raised; `""` for nothing.
        result: What acting gave; `None` where it was not called.
    """

    run_id: str
    outcome: Deed
    because: str
    error_type: str = ""
    result: Any = None


class Hands(NamedTuple):
    """How runs are judged and acted on.

    Attributes:
        act: Acts on the run of this id, for `retry_from` from the step of this label.
        judge: The verdict on the run of this id, as it stands now: without its code, as a triage has it, and with it.
    """

    act: Callable[[str, str], Any]
    judge: Callable[[str], tuple[Verdict, Verdict]]


def act_on_each(
    chosen: pd.DataFrame | Sequence[str],
    action: Action | str,
    act: Callable[[str, str], Any],
    judge: Callable[[str], tuple[Verdict, Verdict]],
    *,
    dry_run: bool = True,
    accept: Mapping[str, Sequence[str]] | None = None,
) -> pd.DataFrame:
    """Act on runs one by one; stop at the first surprise.

    A surprise is a verdict that is not the one of the triage any more, an action that is not SAFE or would change
    nothing, also in view of the code at hand, an error while judging or acting.

    Args:
        chosen: Rows of a triage, whole or filtered, or ids of runs: of these nobody knows what was expected.
        action: `resume`, `retry_from`, `rerun` or `compensate`.
        act: Acts on the run of this id, for `retry_from` from the step of this label, or with `dry_run` makes the plan.
        judge: The verdict on the run of this id, as it stands now: without its code, as a triage has it, and with it.
        dry_run: `act` only plans; the rows then say `planned`.
        accept: Ids of objections by run: `act` is called for these runs though they are not SAFE, and has to refuse
            what is not accepted.

    Returns:
        One row per run, in the order given: `run_id` (category), `outcome` (category, `done planned surprise
        untouched`), `because` (str, why it was done or not), `error_type` (category), `result` (object, what `act`
        gave; None where it was not called).

    Raises:
        UsageError: There is no such action, or the frame is none of a triage.
    """
    wanted, expected = _action(action), _expected(chosen)
    results: list[Done] = []
    stopped = ""
    for run_id, outlook in expected:
        if stopped:
            results.append(Done(run_id, Deed.UNTOUCHED, f"not reached: {stopped} came as a surprise"))
            continue
        accepted = bool((accept or {}).get(run_id))
        result = act_on_one(run_id, outlook, wanted, Hands(act, judge), dry_run=dry_run, accepted=accepted)
        stopped = run_id if result.outcome is Deed.SURPRISE else ""
        results.append(result)
    return _frame(results)


def act_on_one(
    run_id: str, expected: Outlook | None, action: Action, hands: Hands, *, dry_run: bool, accepted: bool = False
) -> Done:
    """Act on one run, unless it is not as expected.

    Args:
        run_id: The run.
        expected: What a triage said of it; `None` where nobody knows.
        action: What is to be done.
        hands: How it is judged and acted on.
        dry_run: Acting only plans.
        accepted: A person accepts what speaks against it: acting itself has to refuse the rest.
    """
    try:
        seen, with_code = hands.judge(run_id)
        surprise, option = _surprise((seen, with_code), expected, action, accepted=accepted)
        if option is None:
            return Done(run_id, Deed.SURPRISE, surprise)
        result = hands.act(run_id, option.from_step)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong ends the work, and the frame says what it was
        return Done(run_id, Deed.SURPRISE, str(error), type(error).__name__)
    if isinstance(result, Undoing) and result.failed is not None:
        return Done(run_id, Deed.SURPRISE, result.text(), type(result.failed.error).__name__, result)
    return Done(run_id, Deed.PLANNED if dry_run else Deed.DONE, option.because, result=result)


def judged_twice(run: Run, action: Action | str, code: Callable[..., Any]) -> tuple[Verdict, Verdict]:
    """The verdict on a run without its code, as a triage has it, and with it, on the same step to retry from."""
    seen = run.verdict()
    row = seen.row(action)
    return seen, run.verdict(code, from_step=row.from_step if row is not None and row.from_step != END else "")


def _surprise(
    verdicts: tuple[Verdict, Verdict], expected: Outlook | None, action: Action, *, accepted: bool
) -> tuple[str, Option | None]:
    """What is not as expected, `""` for nothing; and the option to take where nothing is."""
    seen, with_code = verdicts
    found = outlook_of(seen)
    if expected is not None and found != expected:
        return f"the verdict has changed since the triage: {_words(expected)}, now {_words(found)}", None
    option = seen.row(action)
    if option is None:
        return f"there is nothing to {action}", None
    against = _against(option, action, accepted=accepted)
    if not against:
        own = with_code.row(action, option.from_step)
        against = "it gives no such way" if own is None else _against(own, action, accepted=accepted)
        against = f"with the code at hand, {against}" if against else ""
    return (against, None) if against else ("", option)


def _against(option: Option, action: Action, *, accepted: bool) -> str:
    title = f"{action} {option.from_step}".strip()
    if option.safety is not Safety.SAFE and not accepted:
        return f"{title} is {option.safety}: {option.because}"
    return "" if option.useful else f"{title} would change nothing: {option.because}"


def _words(outlook: Outlook) -> str:
    best = f"{outlook.best} {outlook.from_step}".strip()
    return f"{best or 'no action'} was best ({outlook.safety}, {outlook.because})"


def _action(action: Action | str) -> Action:
    try:
        return Action(action)
    except ValueError:
        known = ", ".join(map(str, Action))
        raise UsageError(f"there is no action {action!r}", hint=f"one of {known}") from None


def _expected(chosen: Any) -> Iterator[tuple[str, Outlook | None]]:
    """Each run with what the triage said of it."""
    if isinstance(chosen, str):
        raise UsageError("several runs are acted on", hint="a list of ids, or rows of rec.triage()")
    if not hasattr(chosen, "columns"):
        return iter([(str(run_id), None) for run_id in chosen])
    names = ("run_id", *Outlook._fields)
    missing = [name for name in names if name not in chosen.columns]
    if missing:
        raise UsageError(f"the frame has no column {missing[0]!r}", hint="rows of rec.triage(), or a list of ids")
    rows = zip(*(chosen[name].astype("object").fillna("") for name in names), strict=True)
    return iter([(run_id, Outlook(best, step, Safety(safety), why)) for run_id, best, step, safety, why in rows])


def _frame(results: Sequence[Done]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "run_id": category([result.run_id for result in results]),
            "outcome": category([str(result.outcome) for result in results], [str(deed) for deed in Deed]),
            "because": text(result.because for result in results),
            "error_type": category([result.error_type for result in results]),
            "result": pd.Series([result.result for result in results], dtype="object"),
        }
    )
