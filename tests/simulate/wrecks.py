"""The crash sweep: plays each scenario in a process of its own, which really dies, and hands over what is left.

    for wreck in crash_sweep(scenarios(), folder, now_ns=...):
        ...                                  # a log, a ledger, and a verdict to be made

A child is forked (everything is loaded already), plays, and kills itself; a wreck costs some ten milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.simulate.errand import STEPS, errand
from tests.simulate.network import Fate, Network, connect
from tests.simulate.scenario import Scenario
from workbench._errors import WorkbenchError
from workbench.analysis import Action, read_facts, verdict_of
from workbench.journal import open_log
from workbench.recorder import Recorder
from workbench.simulate.children import ChildError, in_child
from workbench.simulate.crash import Moment, die_at
from workbench.simulate.ledger import Ledger, LedgerEntry
from workbench.simulate.services import Setting, Shop
from workbench.simulate.virtual_clock import VirtualClock

__all__ = ["RUN", "SweepError", "Wreck", "applied", "crash_sweep", "dies", "wreck_of"]

RUN = "errand"
"""Id of the run."""
SECRET = b"signs the tokens of a simulation"
_DAY_NS = 86_400 * 1_000_000_000


class SweepError(WorkbenchError):
    """A scenario did not die where it should."""


@dataclass(frozen=True, slots=True)
class Wreck:
    """What a scenario left on the disk.

    Attributes:
        scenario: The scenario.
        folder: Where it is.
    """

    scenario: Scenario
    folder: Path

    @property
    def log(self) -> Path:
        """What the worker wrote."""
        return self.folder / "run.wlog"

    @property
    def ledger(self) -> Path:
        """What really happened."""
        return self.folder / "ledger.jsonl"


def crash_sweep(found: Iterable[Scenario], folder: Path, *, now_ns: int) -> Iterator[Wreck]:
    """Play scenarios, one after the other.

    Args:
        found: The scenarios.
        folder: Where to play them; each gets a folder of its own.
        now_ns: When it is, nanoseconds since the Unix epoch.

    Raises:
        SweepError: One did not die where it should.
    """
    for number, scenario in enumerate(found):
        place = folder / f"{number:05d}"
        place.mkdir(parents=True)
        yield wreck_of(scenario, place, now_ns=now_ns)


def wreck_of(scenario: Scenario, folder: Path, *, now_ns: int) -> Wreck:
    """Play one scenario to its end.

    Args:
        scenario: The scenario.
        folder: An empty folder.
        now_ns: When it is; the run began so many days before as the scenario says.

    Raises:
        SweepError: It did not die where it should.
    """
    wreck = Wreck(scenario, folder)
    began_ns = now_ns - scenario.days_ago * _DAY_NS
    if scenario.recovered:
        dies(lambda: _play(wreck, began_ns), scenario.earlier_moment, scenario.title)
    dies(lambda: _play(wreck, began_ns), scenario.moment, scenario.title)
    with Ledger(wreck.ledger, now_ns=lambda: began_ns) as ledger:
        network(ledger, began_ns, folder).settle()
    return wreck


def network(ledger: Ledger, now_ns: int, folder: Path, fates: dict[tuple[str, int], Fate] | None = None) -> Network:
    """The way to the services that wrote a ledger.

    Args:
        ledger: The ledger; the services are as it says.
        now_ns: When it is, for the services.
        folder: Where requests are that are still on their way.
        fates: What becomes of which request.
    """
    return Network(Shop(Setting(ledger, lambda: now_ns, SECRET)), folder / "late.json", fates or {})


def applied(entries: Iterable[LedgerEntry], tag: str) -> int:
    """How often the thing of this name stands in the world: what was done less what was undone.

    A subscription is there or not: writing it again changes nothing.
    """
    signs = {"charged": 1, "refunded": -1, "credited": -1}
    money = mails = 0
    subscribed = False
    for entry in entries:
        if entry.service == "payment" and entry.text("order") == tag:
            money += signs[entry.action]
        mails += entry.service == "mail" and entry.text("to") == tag
        subscribed |= entry.service == "subscription" and entry.text("customer") == tag
    return money + mails + subscribed


def dies(life: Callable[[], object], moment: Moment, title: str) -> None:
    """Live in a child process until it kills itself.

    Args:
        life: What it does.
        moment: When it dies.
        title: What it is, for the error.

    Raises:
        SweepError: It came to its end alive, or raised.
    """

    def lived() -> None:
        die_at(moment)
        life()

    try:
        heard = in_child(lived)
    except ChildError as error:
        raise SweepError(f"{title}: did not die: {error}") from error
    if not heard.died:
        raise SweepError(f"{title}: did not die: came to its end")


def _play(wreck: Wreck, now_ns: int) -> None:
    scenario = wreck.scenario
    clock = VirtualClock(now_ns)
    with Ledger(wreck.ledger, now_ns=lambda: now_ns) as ledger:
        connect(network(ledger, now_ns, wreck.folder, scenario.fates))
        with Recorder(wreck.log, clock=clock, redact=False) as recorder:  # there is no secret in it
            try:
                recorder.run(errand, scenario.tags, scenario.calls, id=RUN, careful=scenario.careful)
            except Exception:
                if not scenario.point.in_undo:
                    raise
                _undo(recorder)


def _undo(recorder: Recorder) -> None:
    """Undo all that can be, as the verdict lists it."""
    log = open_log(recorder.path)
    option = verdict_of(log.history, RUN, log.report).row(Action.COMPENSATE)
    steps = {step.label: step.position for step in read_facts(log.history, RUN, log.report).steps}
    positions = [steps[label] for label in option.must_compensate] if option is not None else []
    recorder.compensate(RUN, positions, STEPS.__getitem__, {"action": "compensate", "by": "the simulation"})
