"""A copy of a wreck on which one may act, with the ledger to compare with: what the log tells, and what is true."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import workbench as wb
from tests.simulate.errand import STEPS, errand
from tests.simulate.network import RefusedError, connect
from tests.simulate.wrecks import RUN, Wreck, applied, network
from workbench._errors import InDoubtError
from workbench.analysis import END, Action, Option
from workbench.journal import open_log
from workbench.machine import NO_RETRY, read_run
from workbench.model import EventType
from workbench.simulate.ledger import Ledger

AGAIN = f"{RUN}~2"
"""The run that begins anew."""
_TOLD_DONE = {EventType.StepCompleted, EventType.StepResolved}


@wb.workflow(name="errand")
def mended(tags: list[str], calls: list[str], *, careful: bool = False) -> list[bool]:
    """The errand, mended so that nothing that fails ends it: what a retry from the end of a failed run is for."""
    del careful
    told = []
    for tag, call in zip(tags, calls, strict=True):
        try:
            STEPS[call](tag)
        except (RefusedError, TimeoutError):
            told.append(False)
        else:
            told.append(True)
    return told


@dataclass
class Stage:
    """A wreck, copied.

    Attributes:
        wreck: What was copied.
        folder: Where to.
    """

    wreck: Wreck
    folder: Path
    _ledger: Ledger | None = None

    @property
    def here(self) -> Wreck:
        """The copy."""
        return Wreck(self.wreck.scenario, self.folder)

    def run(self, run_id: str = RUN) -> wb.Run:
        """The run as the log holds it now."""
        return wb.open(self.here.log).run(run_id)

    def reconnect(self) -> None:
        """Connect the steps of this process to the world as its ledger says it is."""
        self.disconnect()
        now_ns = time.time_ns()
        self._ledger = Ledger(self.here.ledger, now_ns=lambda: now_ns)
        connect(network(self._ledger, now_ns, self.folder))

    def disconnect(self) -> None:
        """Let go of the world."""
        connect(None)
        if self._ledger is not None:
            self._ledger.close()

    # --- truth ----------------------------------------------------------------------------------------------

    def stands(self, number: int) -> int:
        """How often the call of this number, from 0, stands in the world."""
        return applied(Ledger.read(self.here.ledger), self.wreck.scenario.tags[number])

    def most(self) -> int:
        """How often that stands which stands most often."""
        return max(self.stands(number) for number in range(len(self.wreck.scenario.tags)))

    def told(self, run_id: str) -> set[int]:
        """Numbers of the calls that the log of a run tells its code to be done."""
        slots = read_run(open_log(self.here.log).history, run_id).slots
        return {position[0] - 1 for position, slot in slots.items() if slot.type in _TOLD_DONE}

    def wrongs(self, told: set[int] | frozenset[int]) -> list[str]:
        """Where the world is not as it should be: what is told to be done stands once, everything else not at all."""
        entries, found = Ledger.read(self.here.ledger), []
        for number, (tag, call) in enumerate(zip(self.wreck.scenario.tags, self.wreck.scenario.calls, strict=True)):
            if not STEPS[call].declaration.kind.acts:
                continue
            there, due = applied(entries, tag), int(number in told)
            if there != due:
                found.append(f"{call} ({number + 1}) stands {there} times, {due} due")
        return found

    def ending(self, option: Option) -> list[str]:
        """What is wrong after an action was carried out."""
        if option.action is Action.COMPENSATE:
            return self.wrongs(frozenset())
        return self.wrongs(self.told(AGAIN if option.action is Action.RERUN else RUN))

    # --- deeds ----------------------------------------------------------------------------------------------

    def do(self, option: Option, accept: Sequence[str] = ()) -> Any:
        """Carry an option out by the product's own method.

        Raises:
            Exception: What the method raises.
        """
        run, words = self.run(), list(dict.fromkeys(accept))
        match option.action:
            case Action.RESUME:
                return run.resume(errand, accept=words)
            case Action.RETRY_FROM:
                code = mended if option.from_step == END else errand
                return run.retry_from(option.from_step, code, accept=words)
            case Action.RERUN:
                return run.rerun(errand, accept=words)
            case Action.COMPENSATE:
                done = run.compensate(errand, retry=NO_RETRY, accept=words)
                if done.failed is not None and done.failed.error is not None:
                    raise done.failed.error
                return done

    def force(self, option: Option) -> bool:
        """Do it anyway: all objections are accepted, and where the recorder still refuses, a lie helps.

        Returns:
            Whether it was carried out: it ended well, or changed the world, or ended the run.
        """
        before = self.here.ledger.read_bytes(), self.run().status
        accept = [objection.id for objection in option.objections]
        try:
            self.do(option, accept)
        except InDoubtError:
            return self._lie(option)
        except Exception:  # noqa: BLE001 - whatever it raises, what counts is what it has done
            return before != (self.here.ledger.read_bytes(), self.run().status)
        return True

    def _lie(self, option: Option) -> bool:
        """Say of all that is in doubt that it did not happen, and do it again."""
        for doubt in self.run().verdict(errand).in_doubt:
            self.run().resolve(doubt.position, happened=False, by="somebody in a hurry")
        now = self.run().verdict(errand).row(option.action, option.from_step)
        before = self.here.ledger.read_bytes(), self.run().status
        try:
            self.do(option, [objection.id for objection in now.objections] if now is not None else [])
        except Exception:  # noqa: BLE001 - as above
            return before != (self.here.ledger.read_bytes(), self.run().status)
        return True


@contextmanager
def stage(wreck: Wreck, folder: Path) -> Iterator[Stage]:
    """A fresh copy of a wreck, connected to a copy of its world; gone afterwards."""
    folder.mkdir(parents=True)
    here = Stage(wreck, folder)
    shutil.copyfile(wreck.log, here.here.log)
    shutil.copyfile(wreck.ledger, here.here.ledger)
    try:
        here.reconnect()
        yield here
    finally:
        here.disconnect()
        shutil.rmtree(folder)
