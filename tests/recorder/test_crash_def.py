"""A `def` workflow, crashed at every boundary of its log and resumed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.clock import NS, FakeClock
from tests.crashes import Crash, crashes
from workbench._errors import InDoubtError
from workbench.machine import Retry
from workbench.model import Kind
from workbench.recorder import Recorder

ran: Counter[str] = Counter()
_mutex = threading.Lock()


def note(label: str) -> None:
    with _mutex:
        ran[label] += 1


@dataclass(frozen=True)
class Charge:
    id: str
    amount: Decimal


class RefusedError(Exception):
    """The other side said no."""


keys: list[str] = []
storms: list[str] = []
"""Failures that are still to come."""


@wb.step(kind="read")
def look(place: str) -> str:
    note(place)
    return place.upper()


@wb.step(kind="keyed", key=lambda order: f"charge/{order}")
def charge(order: str) -> Charge:
    note("keyed")
    assert wb.current_key().endswith(order)
    keys.append(wb.current_key())
    return Charge("ch_1", Decimal("9.90"))


@wb.step(kind="write")
def mail(to: str) -> str:
    note(to)
    return f"sent to {to}"


@wb.step(kind="write", definite_errors=(RefusedError,))
def refuse(place: str) -> None:
    note(place)
    raise RefusedError(place)


@wb.step(kind="read", retry=Retry(max_attempts=3))
def flaky(place: str) -> str:
    note(place)
    if storms:
        raise ConnectionError(storms.pop())
    return place


@wb.workflow
def part(number: int) -> int:
    look(f"child-{number}")
    return number * 2


@wb.workflow
def everything(order: str) -> tuple[Any, ...]:
    found = look("stock")
    began = wb.now()
    paid = charge(order)
    try:
        refuse("refuse")
        caught = ""
    except RefusedError as error:
        caught = str(error)
    tried = flaky("flaky")
    wb.sleep(60)
    waited = (wb.now() - began).total_seconds() >= 60
    pair = wb.gather(look.defer("left"), mail.defer("side"), look.defer("right"))
    new = look("patched") if wb.patched("p") else ""
    doubled = wb.child(part, 4)
    signals = wb.signal("go", timeout_seconds=5)
    sent = mail("last")
    return found, paid, caught, tried, waited, pair, new, doubled, signals, sent, wb.uuid4() is not None


def resumed(crash: Crash, code: Callable[..., Any], *args: Any) -> tuple[Any, Counter[str]]:
    """Go on after a crash, saying of every step in doubt that it did not happen; the result, and what ran."""
    ran.clear()
    clock = FakeClock(seed=7, now_ns=1_790_000_000 * NS + 120 * NS)
    with clock.recorder(crash.path) as recorder:
        while True:
            try:
                return recorder.run(code, *args, id="r"), ran
            except InDoubtError as error:
                recorder.resolve(error.run_id, error.position, happened=False, by="test")


def test_a_crash_anywhere_costs_nothing_but_the_step_it_hit(tmp_path: Path) -> None:
    ran.clear()
    keys.clear()
    storms.extend(["second", "first"])
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        whole = recorder.run(everything, "7", id="r")
    labels = {"stock": "1", "keyed": "3", "refuse": "4", "left": "8", "side": "9", "right": "10", "patched": "11"}
    assert set(ran.values()) == {1, 3}
    count = 0
    for crash in crashes(tmp_path / "a.wlog", "r"):
        count += 1
        result, executed = resumed(crash, everything, "7")
        assert result == whole, crash.after
        done = crash.done()
        again = {label for label, position in labels.items() if position in done and executed[label]}
        assert not again, crash.after
    assert count > 45
    assert set(keys) == {"charge/7"}


def test_two_crashes_in_one_run(tmp_path: Path) -> None:
    ran.clear()
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        whole = recorder.run(everything, "7", id="r")
    for first in list(crashes(tmp_path / "a.wlog", "r"))[5::9]:
        resumed(first, everything, "7")
        again = first.path.with_name(f"again-{first.path.name}")
        again.write_bytes(first.path.read_bytes()[:-300])  # torn somewhere in what the second process wrote
        assert resumed(Crash(again, "", first.record), everything, "7")[0] == whole


# --- in doubt -----------------------------------------------------------------------------------------------------


def interrupted(path: Path, code: Callable[..., Any]) -> None:
    """Run `code` until its step ends the process."""
    with FakeClock().recorder(path) as recorder, pytest.raises(KeyboardInterrupt):
        recorder.run(code, id="r")


def dying(kind: Kind | str, **declared: Any) -> tuple[Callable[..., Any], list[str]]:
    """A workflow whose only step dies the first time; and the keys with which it was run."""
    tried: list[str] = []

    @wb.step(kind=kind, name="pay", **declared)
    def pay(order: str) -> str:
        tried.append(wb.current_key() if declared.get("key") else "")
        if len(tried) == 1:
            raise KeyboardInterrupt
        return f"paid {order}"

    def code() -> str:
        try:
            return str(pay("7"))
        except Exception as error:
            raise AssertionError("the driver's own errors are not the workflow's to catch") from error

    return code, tried


@pytest.mark.parametrize("kind", ["pure", "read", "idempotent"])
def test_an_interrupted_step_that_repeats_is_run_again(tmp_path: Path, kind: str) -> None:
    code, tried = dying(kind)
    interrupted(tmp_path / "a.wlog", code)
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        assert recorder.run(code, id="r") == "paid 7"
    assert len(tried) == 2


@pytest.mark.parametrize("kind", ["write", "compensatable"])
def test_an_interrupted_step_that_must_not_repeat_stops_the_run(tmp_path: Path, kind: str) -> None:
    code, tried = dying(kind, undo=look.function)
    interrupted(tmp_path / "a.wlog", code)
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        for _ in range(2):
            with pytest.raises(InDoubtError) as caught:
                recorder.run(code, id="r")
            assert (caught.value.step, caught.value.position, caught.value.run_id) == ("pay", "1", "r")
    assert len(tried) == 1


def test_a_keyed_step_is_run_again_with_the_same_key_while_the_key_lives(tmp_path: Path) -> None:
    code, tried = dying("keyed", key=lambda order: f"pay/{order}", key_lifetime_seconds=60)
    interrupted(tmp_path / "a.wlog", code)
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        assert recorder.run(code, id="r") == "paid 7"
    assert tried == ["pay/7", "pay/7"]


def test_a_keyed_step_is_in_doubt_when_its_key_has_expired(tmp_path: Path) -> None:
    code, tried = dying("keyed", key=lambda order: f"pay/{order}", key_lifetime_seconds=60)
    interrupted(tmp_path / "a.wlog", code)
    later = FakeClock(now_ns=1_790_000_000 * NS + 61 * NS)
    with later.recorder(tmp_path / "a.wlog") as recorder, pytest.raises(InDoubtError):
        recorder.run(code, id="r")
    assert tried == ["pay/7"]


def test_a_probe_that_finds_the_effect_gives_its_result(tmp_path: Path) -> None:
    code, tried = dying("write", probe=lambda order: f"found {order}")
    interrupted(tmp_path / "a.wlog", code)
    with FakeClock().recorder(tmp_path / "a.wlog", in_doubt="probe") as recorder:
        assert recorder.run(code, id="r") == "found 7"
        assert recorder.run(code, id="r") == "found 7"
    assert len(tried) == 1


def test_a_probe_that_finds_nothing_lets_the_step_run_again(tmp_path: Path) -> None:
    @wb.step(kind="read")
    async def ask(order: str) -> None:
        note(f"asked {order}")

    ran.clear()
    code, tried = dying("write", probe=ask)
    interrupted(tmp_path / "a.wlog", code)
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        assert recorder.resume("r", code, in_doubt="probe") == "paid 7"
    assert (len(tried), ran["asked 7"]) == (2, 1)


def test_a_probe_that_fails_settles_nothing(tmp_path: Path) -> None:
    def ask(order: str) -> None:
        raise ConnectionError(order)

    code, tried = dying("write", probe=ask)
    interrupted(tmp_path / "a.wlog", code)
    with FakeClock().recorder(tmp_path / "a.wlog", in_doubt="probe") as recorder:
        with pytest.raises(InDoubtError) as caught:
            recorder.run(code, id="r")
        assert isinstance(caught.value.__cause__, ConnectionError)
    assert len(tried) == 1


def test_the_probe_policy_stops_where_there_is_no_probe(tmp_path: Path) -> None:
    code, _ = dying("write")
    interrupted(tmp_path / "a.wlog", code)
    with FakeClock().recorder(tmp_path / "a.wlog", in_doubt="probe") as recorder, pytest.raises(InDoubtError):
        recorder.run(code, id="r")


def test_a_person_says_that_it_happened(tmp_path: Path) -> None:
    code, tried = dying("write")
    interrupted(tmp_path / "a.wlog", code)
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        recorder.resolve("r", "1", happened=True, result="paid by hand", by="ann", why="bank statement")
        assert recorder.run(code, id="r") == "paid by hand"
    assert len(tried) == 1


def test_a_person_says_that_it_did_not_happen(tmp_path: Path) -> None:
    code, tried = dying("write")
    interrupted(tmp_path / "a.wlog", code)
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        recorder.resolve("r", (1,), happened=False, by="ann")
        assert recorder.run(code, id="r") == "paid 7"
    assert len(tried) == 2


def test_what_is_not_in_doubt_cannot_be_resolved(tmp_path: Path) -> None:
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(everything, "7", id="r")
        for position in ("1", "2", "99"):
            with pytest.raises(wb.WorkbenchError, match="nothing is in doubt"):
                recorder.resolve("r", position, happened=True)


def test_an_interrupt_leaves_the_run_open(tmp_path: Path) -> None:
    code, _ = dying("read")
    interrupted(tmp_path / "a.wlog", code)
    with Recorder(tmp_path / "a.wlog") as recorder:
        assert recorder.resume("r", code) == "paid 7"


def test_a_child_goes_on_where_it_was_when_its_parent_is_resumed(tmp_path: Path) -> None:
    inner, tried = dying("read")

    def outer() -> str:
        return str(look("before")) + str(wb.child(inner))

    ran.clear()
    interrupted(tmp_path / "a.wlog", outer)
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        assert recorder.run(outer, id="r") == "BEFOREpaid 7"
    assert (ran["before"], len(tried)) == (1, 2)


def test_a_child_in_doubt_leaves_its_parent_open(tmp_path: Path) -> None:
    inner, tried = dying("write")

    def outer() -> str:
        try:
            return str(wb.child(inner))
        except Exception as error:
            raise AssertionError("halted code catches nothing") from error

    interrupted(tmp_path / "a.wlog", outer)
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        with pytest.raises(InDoubtError) as caught:
            recorder.run(outer, id="r")
        recorder.resolve(caught.value.run_id, caught.value.position, happened=False)
        assert recorder.run(outer, id="r") == "paid 7"
    assert len(tried) == 2
