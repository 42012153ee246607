"""What each crash point leaves, the network on which requests get lost, and the child that really dies."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.simulate.errand import errand
from tests.simulate.network import Fate, RefusedError, ask, connect
from tests.simulate.scenario import Scenario, Timeout, scenarios
from tests.simulate.scenery import FakeClock
from tests.simulate.wrecks import RUN, SweepError, applied, crash_sweep, dies, network, wreck_of
from workbench.engines import load
from workbench.journal import open_log
from workbench.model import EventType
from workbench.recorder import Recorder
from workbench.simulate.crash import CrashPoint, Moment
from workbench.simulate.ledger import Ledger, charged_cents
from workbench.simulate.virtual_clock import VirtualClock

NOW_NS = 1_790_000_000_000_000_000


@pytest.mark.parametrize(
    ("point", "last", "charged"),
    [
        (CrashPoint.IN_INTENT, "StepCompleted 1", 0),
        (CrashPoint.BEFORE_CALL, "StepStarted 2", 0),
        (CrashPoint.AFTER_EFFECT, "StepStarted 2", 1),
        (CrashPoint.IN_RESULT, "StepStarted 2", 1),
        (CrashPoint.AFTER_RESULT, "StepCompleted 2", 1),
        (CrashPoint.BETWEEN_ATTEMPTS, "AttemptFailed 2", 0),
        (CrashPoint.BEFORE_UNDO, "CompensationStarted 2", 1),
        (CrashPoint.AFTER_UNDO, "CompensationStarted 2", 0),
        (CrashPoint.AFTER_END, "RunCompleted ", 1),
    ],
)
def test_each_point_leaves_a_log_and_a_world_of_its_own(
    point: CrashPoint, last: str, charged: int, tmp_path: Path
) -> None:
    wreck = wreck_of(Scenario("charge", 1, "saga", point, refused=point.in_undo), tmp_path, now_ns=NOW_NS)
    log = open_log(wreck.log)
    row = log.history.rows_of(RUN)[-1]
    position = "".join(map(str, log.history.position(row)))
    assert f"{EventType(log.history.columns.type[row]).name} {position}" == last
    assert applied(Ledger.read(wreck.ledger), "o-1") == charged
    assert log.report.torn is (point in {CrashPoint.IN_INTENT, CrashPoint.IN_RESULT})
    assert not log.report.rotten
    assert not log.report.closed


@pytest.mark.parametrize(
    ("timeout", "charges"), [(Timeout.NONE, 1), (Timeout.DONE, 1), (Timeout.NOT_DONE, 0), (Timeout.LATE, 1)]
)
def test_a_client_that_gave_up_does_not_know_what_became_of_it(timeout: Timeout, charges: int, tmp_path: Path) -> None:
    careful = timeout is not Timeout.NONE
    scenario = Scenario("charge", 0, "saga", CrashPoint.AFTER_END, timeout, careful=careful)
    assert applied(Ledger.read(wreck_of(scenario, tmp_path, now_ns=NOW_NS).ledger), "o-0") == charges


@pytest.mark.parametrize("timeout", Timeout)
def test_a_key_makes_one_of_two_requests(timeout: Timeout, tmp_path: Path) -> None:
    wreck = wreck_of(Scenario("pay", 0, "saga", CrashPoint.AFTER_END, timeout), tmp_path, now_ns=NOW_NS)
    assert applied(Ledger.read(wreck.ledger), "o-0") == 1


def test_a_run_that_was_recovered_says_so(tmp_path: Path) -> None:
    wreck = wreck_of(Scenario("mail", 2, "sale", CrashPoint.BEFORE_CALL, recovered=True), tmp_path, now_ns=NOW_NS)
    types = [event.type for event in map(open_log(wreck.log).history.event, open_log(wreck.log).history.rows_of(RUN))]
    assert types.count(EventType.RunRecovered) == 1


def test_the_sweep_gives_each_scenario_a_folder(tmp_path: Path) -> None:
    chosen = [next(scenarios()), Scenario("post", 0, "sale", CrashPoint.AFTER_EFFECT)]
    wrecks = list(crash_sweep(chosen, tmp_path, now_ns=NOW_NS))
    assert [wreck.scenario for wreck in wrecks] == chosen
    assert all(load(wreck.log).history.runs for wreck in wrecks)
    assert applied(Ledger.read(wrecks[1].ledger), "o-0") == 1


def test_who_does_not_die_is_told(tmp_path: Path) -> None:
    never = Moment(frozenset({EventType.ChildStarted}))
    with pytest.raises(SweepError, match="came to its end"):
        dies(lambda: None, never, "nothing")
    with pytest.raises(SweepError, match="ZeroDivisionError"):
        dies(lambda: 1 // 0, never, "a mistake")
    with Recorder(tmp_path / "alive.wlog") as recorder:  # only the child was doomed
        assert recorder.run(errand, ["o-0"], ["quote"]) == [True]


@pytest.mark.parametrize(
    ("fate", "error", "mails"),
    [
        (Fate.ANSWERED, None, 1),
        (Fate.REFUSED, RefusedError, 0),
        (Fate.LOST, TimeoutError, 0),
        (Fate.UNHEARD, TimeoutError, 1),
    ],
)
def test_fates(fate: Fate, error: type[Exception] | None, mails: int, tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.jsonl", now_ns=FakeClock()) as ledger:
        connect(network(ledger, NOW_NS, tmp_path, {("a", 1): fate}))
        body = {"to": "a", "subject": "s", "body": "b"}
        if error is None:
            ask("a", "POST", "/mail", body)
        else:
            with pytest.raises(error):
                ask("a", "POST", "/mail", body)
        assert applied(Ledger.read(ledger.path), "a") == mails
        connect(None)


def test_a_late_request_arrives_after_the_next_one_or_after_its_client(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.jsonl", now_ns=FakeClock()) as ledger:
        line = network(ledger, NOW_NS, tmp_path, {("a", 1): Fate.LATE})
        connect(line)
        with pytest.raises(TimeoutError):
            ask("a", "POST", "/mail", {"to": "a", "subject": "first", "body": "b"})
        assert applied(Ledger.read(ledger.path), "a") == 0
        ask("a", "POST", "/mail", {"to": "a", "subject": "second", "body": "b"})
        assert [entry.text("subject") for entry in Ledger.read(ledger.path)] == ["second", "first"]
        connect(None)


def test_a_credit_is_paid_each_time_that_it_is_asked(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.jsonl", now_ns=FakeClock()) as ledger:
        connect(network(ledger, NOW_NS, tmp_path))
        for _ in range(2):
            ask("", "POST", "/credits", {"order": "a", "amount_cents": 5, "currency": "EUR"})
        assert len(ask("", "GET", "/credits", query={"order": "a"})) == 2
        assert charged_cents(Ledger.read(ledger.path), "a") == -10
        connect(network(ledger, NOW_NS, tmp_path))  # a shop that starts again knows them
        assert len(ask("", "GET", "/credits", query={"order": "a"})) == 2
        connect(None)


def test_nobody_waits_for_a_virtual_clock() -> None:
    clock, began = VirtualClock(NOW_NS), time.monotonic()
    clock.sleep(86_400)
    assert clock.now_ns() - NOW_NS > 86_400 * 1_000_000_000
    assert time.monotonic() - began < 10
    assert [VirtualClock(0, 1).uuid4(), VirtualClock(0, 1).random()] == [
        VirtualClock(0, 1).uuid4(),
        VirtualClock(0, 1).random(),
    ]
