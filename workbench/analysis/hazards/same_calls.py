"""The same call in several runs of one order or customer: what one of them did, another did again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Final

from workbench.analysis.hazards.attempts import StepRows
from workbench.analysis.hazards.fingerprint import Fingerprint
from workbench.analysis.hazards.sending import Sending, sendings_of

if TYPE_CHECKING:
    from workbench.analysis.hazards.case import Case

__all__ = ["ask_the_same", "asked_again_in_kin", "last_sendings"]

_MOST_STEPS: Final = 5_000
_DRAWN: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{24,64}", re.IGNORECASE)
"""Ids that engines draw: they name an execution, and no order."""

Steps = Callable[["Case"], Iterable[StepRows]]


def asked_again_in_kin(case: Case, mine: Iterable[Sending], steps: Steps) -> Iterator[tuple[Sending, Sending]]:
    """Sendings of this run, each with one of a run of the same business key that asked for the same.

    Args:
        case: The run.
        mine: Its sendings, at most one for each call.
        steps: Which steps of the other runs count.
    """
    own = list(mine)
    as_said = _by_call(own, renamed=False) if own and case.kin else {}
    renamed: dict[tuple[str, Fingerprint], Sending] | None = None
    for other in case.kin if as_said else ():
        again = _is_same_run_again(case.run_id, other.run_id)
        if again and renamed is None:
            renamed = _by_call(own, renamed=True)
        for theirs in last_sendings(other, steps):
            found = as_said.get(_call(theirs, renamed=False))
            if found is None and again and renamed is not None:
                found = renamed.get(_call(theirs, renamed=True))
            if found is not None:
                yield found, theirs


def last_sendings(case: Case, steps: Steps) -> Iterator[Sending]:
    """The last sending of each step."""
    for step in islice(steps(case), _MOST_STEPS):
        yield from sendings_of(case, step)[-1:]


def ask_the_same(one: Sending, two: Sending) -> bool | None:
    """Whether two sendings ask for the same; `None` where the log does not hold what one of them asks for."""
    prints = one.fingerprint(renamed=False), two.fingerprint(renamed=False)
    if None in prints:
        return None
    if prints[0] == prints[1]:
        return True
    again = one.case is not two.case and _is_same_run_again(one.case.run_id, two.case.run_id)
    return again and one.fingerprint() == two.fingerprint()


def _is_same_run_again(one: str, two: str) -> bool:
    """Whether two ids name executions of one thing: `order-42~2` after `order-42`, or ids that were drawn.

    Then each run's own id in the arguments may stand for the same. `order-1` and `order-2` are two orders.
    """
    short, long = sorted((one, two), key=len)
    if long.startswith(short) and short:
        return not long[len(short) : len(short) + 1].isalnum()
    return bool(_DRAWN.fullmatch(one) and _DRAWN.fullmatch(two))


def _call(sending: Sending, *, renamed: bool) -> tuple[str, Fingerprint]:
    return sending.step.declaration.name, sending.fingerprint(renamed=renamed) or frozenset()


def _by_call(sendings: Iterable[Sending], *, renamed: bool) -> dict[tuple[str, Fingerprint], Sending]:
    calls = ((_call(sending, renamed=renamed), sending) for sending in sendings)
    return {call: sending for call, sending in calls if call[1]}
