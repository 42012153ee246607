"""The closed loop: do what the verdict says, and ask the ledger whether that was right.

Wrecks that left the same log are judged together: they are the worlds among which nobody can choose by the log.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from tests.simulate.errand import errand
from tests.simulate.following import DEATHS, followed, settle_undos
from tests.simulate.scenario import Scenario
from tests.simulate.stage import Stage, stage
from tests.simulate.wrecks import RUN, Wreck, wreck_of
from workbench._errors import InDoubtError, UnsafeError
from workbench.analysis import Option, Safety, Verdict
from workbench.journal import open_log
from workbench.model import History
from workbench.simulate.crash import Moment

_IDS = re.compile(r"[a-z]{2}_0_\d{4}")


@dataclass
class Tally:
    """What was judged, and what was wrong.

    Attributes:
        counts: `scenarios`, `situations`, `deaths while acting`, and per word of the verdict how many options were
            judged (`SAFE`), carried out (`SAFE done`) and so on.
        violations: Sentences; each is a bug of the verdict, of the recorder, or of the scenario.
        careful: UNSAFE options that did no harm in any world, by reason.
        never: CHECK options that no answer made SAFE, by reason.
        left: Runs about which the product says in the end that a person must decide, by reason.
    """

    counts: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    careful: Counter[str] = field(default_factory=Counter)
    never: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Take in another one."""
        self.counts += other.counts
        self.violations += other.violations
        self.careful += other.careful
        self.never += other.never
        self.left += other.left

    @property
    def harmful(self) -> float:
        """Share of the UNSAFE options that do harm in at least one world."""
        judged = self.counts["UNSAFE"]
        return 1.0 if not judged else 1 - sum(self.careful.values()) / judged

    def table(self) -> str:
        """For people."""
        rows = [f"{count:7,d}  {name}" for name, count in sorted(self.counts.items())]
        rows += [f"{len(self.violations):7,d}  violations", f"{self.harmful:7.2%}  of UNSAFE did harm in a world"]
        for what, reasons in (("over-cautious", self.careful), ("never SAFE", self.never), ("left", self.left)):
            grouped = Counter[str]()
            for reason, count in reasons.items():
                grouped[reason.partition(" [")[0]] += count
            rows += [f"{count:7,d}  {what}: {reason}" for reason, count in grouped.most_common(12)]
        return "\n".join([*rows, *self.violations[:20]])


def situations(found: Iterable[Scenario]) -> list[list[Scenario]]:
    """Scenarios that leave the same log, together."""
    by_situation = sorted(found, key=lambda one: repr(one.situation))
    return [list(group) for _, group in groupby(by_situation, key=lambda one: one.situation)]


def loop(groups: Iterable[Sequence[Scenario]], folder: Path, *, now_ns: int) -> Tally:
    """Play scenarios, do what their verdicts say, and compare with the truth.

    Args:
        groups: Scenarios, those with one log together.
        folder: Where to play.
        now_ns: When the workers lived.
    """
    tally = Tally()
    for number, group in enumerate(groups):
        home = folder / str(number)
        wrecks = []
        for world, scenario in enumerate(group):
            place = home / f"w{world}"
            place.mkdir(parents=True)
            wrecks.append(wreck_of(scenario, place, now_ns=now_ns))
        tally.add(Situation(wrecks, home, number).judged())
    return tally


@dataclass
class Situation:
    """One log and its worlds."""

    wrecks: Sequence[Wreck]
    home: Path
    number: int = 0
    tally: Tally = field(default_factory=Tally)

    def judged(self) -> Tally:
        """Try every option in every world, and follow the verdict until the run is at rest."""
        self.tally.counts["situations"] += 1
        self.tally.counts["scenarios"] += len(self.wrecks)
        logs = {_events(open_log(wreck.log).history) for wreck in self.wrecks}
        verdicts = [self._verdict(wreck) for wreck in self.wrecks]
        if len(logs) > 1 or len({_words(verdict) for verdict in verdicts}) > 1:
            self._violated("the worlds can be told apart by their logs", self.wrecks[0])
            return self.tally
        tests = {Safety.SAFE: self._safe, Safety.CHECK: self._check, Safety.UNSAFE: self._unsafe}
        for option in verdicts[0].rows:
            tests[option.safety](option)
            if option.safety is not Safety.SAFE:
                self._refused(option)
        known = verdicts[0].best is not None  # then all worlds went the same way when it was tried above
        for world in [self.number % len(self.wrecks)] if known else range(len(self.wrecks)):
            self._followed(self.wrecks[world], (None, *DEATHS)[(self.number + world) % (1 + len(DEATHS))])
        return self.tally

    # --- one option -----------------------------------------------------------------------------------------

    def _safe(self, option: Option) -> None:
        """It ends well in every world."""
        self.tally.counts["SAFE"] += 1
        for wreck in self.wrecks:
            with self._stage(wreck) as here:
                self._must_end_well(here, option, "SAFE done")

    def _must_end_well(self, here: Stage, option: Option, count: str) -> None:
        self.tally.counts[count] += 1
        before = here.here.ledger.read_bytes()
        raised = ""
        try:
            here.do(option)
        except Exception as error:  # noqa: BLE001 - a run that fails as recorded is told so, others are violations
            raised = f"{type(error).__name__}: {error}"
        unchanged = here.here.ledger.read_bytes() == before
        if not option.useful or (raised and here.run().status == "failed"):
            self.tally.counts[f"{count}, and it ends as recorded"] += 1
            if not unchanged and here.ending(option):
                self._violated(
                    f"{count}: {_title(option)} {raised} changed the world: {here.ending(option)}", here.wreck
                )
        elif raised:
            self._violated(f"{count}: {_title(option)} raised {raised}", here.wreck)
        elif wrongs := here.ending(option):
            self._violated(f"{count}: {_title(option)}: {'; '.join(wrongs)}", here.wreck)

    def _check(self, option: Option) -> None:
        """A look tells the worlds apart, and makes it SAFE in at least one of them."""
        self.tally.counts["CHECK"] += 1
        named = ": ask " in option.because
        self.tally.counts["CHECK that names a probe"] += named
        became = set()
        for wreck in self.wrecks:
            with self._stage(wreck) as here:
                if not self._look(here) and named:
                    self._violated(f"CHECK: nobody can be asked: {option.because}", wreck)
                now = here.run().verdict(errand).row(option.action, option.from_step)
                if now is None:
                    continue
                became.add(now.safety)
                if now.safety is Safety.SAFE:
                    self._must_end_well(here, now, "CHECK done once SAFE")
        if Safety.SAFE not in became and option.useful and named:
            self._violated(f"CHECK: no answer makes it SAFE: {option.because}", self.wrecks[0])
        elif Safety.SAFE not in became and option.useful:
            self.tally.never[f"{_title(option, places=False)}: {_plain(option.because)}"] += 1

    def _look(self, here: Stage) -> int:
        """Ask every probe that there is, compare it with the truth, and write down what it says; how many there are."""
        answers = here.run().probe(code=errand)
        for answer in answers:
            self.tally.counts["probes asked"] += 1
            number = int(answer.position) - 1
            if answer.happened is None or answer.happened != (here.stands(number) > 0):
                self._violated(f"CHECK: {answer} and it stands {here.stands(number)} times", here.wreck)
        here.run().probe(code=errand, record=True)
        by_hand = settle_undos(here, self._violated)
        self.tally.counts["probes asked by hand about an undo"] += by_hand
        return len(answers) + by_hand

    def _unsafe(self, option: Option) -> None:
        """Doing it anyway ends badly in at least one world, for a step that the verdict warned of."""
        if not option.useful:
            return
        self.tally.counts["UNSAFE"] += 1
        warned = tuple(f"{one.id} " for one in option.objections if one.safety is Safety.UNSAFE)
        for wreck in self.wrecks:
            with self._stage(wreck) as here:
                self.tally.counts["UNSAFE done"] += 1
                done = here.force(option)
                self.tally.counts["UNSAFE that could not be done"] += not done
                if done and any(wrong.startswith(warned) for wrong in here.ending(option)):
                    return
        self.tally.careful[
            f"{_title(option, places=False)}: {_plain(option.because)} [{self.wrecks[0].scenario.title}]"
        ] += 1

    def _refused(self, option: Option) -> None:
        """Without a word of acceptance nothing is done that does harm."""
        wreck = self.wrecks[self.number % len(self.wrecks)]
        with self._stage(wreck) as here:
            before = here.most()
            try:
                here.do(option)
            except (UnsafeError, InDoubtError):
                self.tally.counts["refused"] += 1
                if here.most() > max(before, 1):
                    self._violated(f"{_title(option)} acted twice before it stopped", wreck)
            except Exception as error:  # noqa: BLE001 - what it says instead is what is wrong
                self._violated(f"{_title(option)} raised {type(error).__name__}: {error}", wreck)
            else:
                self._violated(f"{_title(option)} is {option.safety} and was not refused", wreck)

    # --- until the run is at rest ---------------------------------------------------------------------------

    def _followed(self, wreck: Wreck, death: Moment | None) -> None:
        """Whoever follows the verdict ends well, even where he dies while he acts."""
        with self._stage(wreck) as here:
            outcome = followed(here, death)
            self.tally.counts["followed to rest"] += not outcome.stuck
            self.tally.counts["deaths while acting"] += outcome.died
            self.tally.counts["settled by a person"] += outcome.persons
            if outcome.stuck:
                self.tally.counts["followed to a person"] += 1
                self.tally.left[f"{_plain(outcome.stuck)} [{wreck.scenario.title}]"] += 1
            if outcome.wrongs:
                trail = " > ".join(outcome.trail)
                self._violated(f"followed {trail}: {'; '.join(outcome.wrongs)}", wreck)

    def _verdict(self, wreck: Wreck) -> Verdict:
        with self._stage(wreck) as here:
            return here.run().verdict(errand)

    def _stage(self, wreck: Wreck) -> AbstractContextManager[Stage]:
        return stage(wreck, self.home / "stage")

    def _violated(self, what: str, wreck: Wreck) -> None:
        self.tally.violations.append(f"{wreck.scenario.title}: {what}")


def _events(history: History) -> tuple[object, ...]:
    """What a log says, without the time of day and the ids that services give."""
    columns = history.columns
    rows = history.rows_of(RUN)
    return tuple(
        (columns.type[row], history.position(row), columns.attempt[row], _IDS.sub("id", repr(history.payload(row))))
        for row in rows
    )


def _words(verdict: Verdict) -> str:
    return repr([(row.action, row.from_step, row.safety, row.because) for row in verdict.rows])


def _title(option: Option, *, places: bool = True) -> str:
    step = option.from_step if places else option.from_step.rpartition(" ")[0]
    return f"{option.action} {step}".strip()


def _plain(text: str) -> str:
    return re.sub(r"\(\d+\)", "(n)", text)
