"""Many chosen runs at once: the dry run of each, the deeds one by one, the first surprise ends it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.debugger.asking import ask
from tests.recording.deciding_shop import Died, Shop, shop
from workbench._errors import NotAllowedError, UsageError
from workbench.debugger.desk import Desk

ORDERS = ("order-1", "order-2", "order-3")


def sells(sold: Shop, order: str) -> None:
    """Sell, until it ends or dies."""
    try:
        with wb.Recorder(sold.log) as recorder:
            recorder.run(sold.sell, order.removeprefix("order-"), id=order)
    except Died:
        pass


def died_orders(folder: Path, orders: Sequence[str] = ORDERS) -> Shop:
    """Orders that died while they charged under a key; to the usual three, one that died mailing and one that is done.

    Args:
        folder: Where their log lies.
        orders: Their ids.
    """
    made = shop(folder, charge_kind="keyed")
    for order in orders:
        made.world.trouble["before charge"] = Died()
        sells(made, order)
    if orders == ORDERS:
        made.world.trouble["mail"] = Died()
        sells(made, "order-4")
        sells(made, "order-5")
    return made


@pytest.fixture
def sold(tmp_path: Path) -> Shop:
    return died_orders(tmp_path)


def desk_of(sold: Shop, **facts: Any) -> Desk:
    return Desk(wb.open(sold.log), code=sold.sell, **facts)


def planned(desk: Desk, *run_ids: str, **facts: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = ask(desk, "plan_each", run_ids=list(run_ids), **facts)["rows"]
    return rows


def chosen(row: dict[str, Any], *accept: str) -> dict[str, Any]:
    """What the app sends back of a row of a dry run."""
    kept = {name: row[name] for name in ("run_id", "action", "from_step", "expected", "events")}
    return kept | ({"accept": list(accept)} if accept else {})


def test_a_dry_run_says_of_each_run_what_would_be_done_and_does_nothing(sold: Shop) -> None:
    before, did = sold.log.read_bytes(), list(sold.world.did)
    rows = planned(desk_of(sold), *ORDERS, "order-4", "order-5")
    assert [row["deed"] for row in rows] == ["planned"] * 3 + ["untouched"] * 2
    assert [(row["action"], row["safety"]) for row in rows[:3]] == [("resume", "SAFE")] * 3
    assert rows[0]["consequence"] == "Resume: execute charge (2), key charge/1 (in doubt)"
    assert rows[0]["calls"] == ["execute charge (2)"]
    assert (rows[3]["action"], rows[3]["objections"]) == ("", [])
    assert "mail" in rows[3]["because"]
    assert rows[4]["safety"] == "SAFE"
    assert (sold.log.read_bytes(), sold.world.did) == (before, did)


def test_it_agrees_with_the_dry_run_of_the_recording(sold: Shop) -> None:
    rec = wb.open(sold.log)
    triage = rec.triage()
    frame = rec.act(triage[triage["best"] == "resume"], code=sold.sell)
    rows = planned(desk_of(sold), *frame["run_id"])
    assert [row["deed"] for row in rows] == frame["outcome"].to_list()
    assert [row["because"] for row in rows] == frame["because"].to_list()


def test_what_is_not_safe_names_what_would_have_to_be_accepted(sold: Shop) -> None:
    (row,) = planned(desk_of(sold), "order-4", action="resume")
    assert (row["deed"], row["safety"]) == ("surprise", "UNSAFE")
    assert [one["id"] for one in row["objections"]] == ["mail (3)"]
    (over,) = planned(desk_of(sold), "order-5", action="resume")
    assert (over["deed"], over["objections"]) == ("surprise", [])
    assert "would change nothing" in over["because"]


def test_runs_are_acted_on_one_after_the_other(sold: Shop) -> None:
    desk = desk_of(sold)
    rows = planned(desk, *ORDERS)
    came = ask(desk, "act_each", runs=[chosen(row) for row in rows], by="ann", why="the provider is back")["rows"]
    assert [row["deed"] for row in came] == ["done"] * 3
    assert came[1]["consequence"] == "it returned 'held 2, ch-1, sent'"
    assert sold.world.count("charge") == 5
    for order in ORDERS:
        assert ask(desk, "run", run_id=order)["status"] == "completed"
        (decision,) = ask(desk, "decision", run_id=order)["rows"]
        assert (decision["by"], decision["why"]) == ("ann", "the provider is back")


def test_the_first_surprise_ends_it(sold: Shop) -> None:
    desk = desk_of(sold)
    rows = planned(desk, *ORDERS)
    sold_elsewhere = wb.open(sold.log).run("order-2")
    sold_elsewhere.resume(sold.sell)
    came = ask(desk, "act_each", runs=[chosen(row) for row in rows])["rows"]
    assert [row["deed"] for row in came] == ["done", "surprise", "untouched"]
    assert "the verdict has changed since the triage: resume was best" in came[1]["because"]
    assert came[2]["because"] == "not reached: order-2 came as a surprise"
    assert wb.open(sold.log).run("order-3").status == "interrupted"


def test_an_error_is_a_surprise_with_its_class(sold: Shop) -> None:
    desk = desk_of(sold)
    rows = planned(desk, *ORDERS)
    sold.world.trouble["before mail"] = ValueError("the outbox is full")
    came = ask(desk, "act_each", runs=[chosen(row) for row in rows])["rows"]
    assert [row["deed"] for row in came] == ["surprise", "untouched", "untouched"]
    assert (came[0]["error_type"], came[0]["because"]) == ("ValueError", "the outbox is full")


def test_what_is_not_safe_is_done_where_a_person_accepts_it(sold: Shop) -> None:
    desk = desk_of(sold)
    (row,) = planned(desk, "order-4", action="rerun")
    assert row["deed"] == "surprise"
    (refused,) = ask(desk, "act_each", runs=[chosen(row)])["rows"]
    assert (refused["deed"], refused["because"][:16]) == ("surprise", "rerun is UNSAFE:")
    (partly,) = ask(desk, "act_each", runs=[chosen(row, row["objections"][0]["id"])])["rows"]
    assert (partly["deed"], partly["error_type"]) == ("surprise", "UnsafeError")
    assert sold.world.count("mail") == 2
    (came,) = ask(desk, "act_each", runs=[chosen(row, *(one["id"] for one in row["objections"]))])["rows"]
    assert came["deed"] == "done"
    assert sold.world.count("mail") == 3
    (decision,) = ask(desk, "decision", run_id="order-4")["rows"]
    assert decision["accepted"] == [one["id"] for one in row["objections"]]


def test_what_was_accepted_is_accepted_of_the_run_as_it_was(sold: Shop) -> None:
    desk = desk_of(sold)
    (row,) = planned(desk, "order-4", action="rerun")
    stale = chosen(row, *(one["id"] for one in row["objections"])) | {"events": row["events"] - 1}
    (came,) = ask(desk, "act_each", runs=[stale])["rows"]
    assert (came["deed"], came["error_type"]) == ("surprise", "RunBusyError")
    assert sold.world.count("mail") == 2


def test_another_step_to_retry_from_is_a_surprise(tmp_path: Path) -> None:
    sold = shop(tmp_path)
    sold.fails("before mail", ValueError("full"))
    desk = desk_of(sold)
    (row,) = planned(desk, "order-42", action="retry_from")
    assert (row["deed"], row["from_step"]) == ("planned", "mail (3)")
    (came,) = ask(desk, "act_each", runs=[chosen(row) | {"from_step": "charge (2)"}])["rows"]
    assert (came["deed"], came["error_type"]) == ("surprise", "UsageError")
    (came,) = ask(desk, "act_each", runs=[chosen(row)])["rows"]
    assert came["deed"] == "done"


def test_where_code_is_missing_the_row_says_so(sold: Shop) -> None:
    desk = Desk(wb.open(sold.log))  # the workflow is a closure: nobody can import it
    (row, unknown) = planned(desk, "order-1", "order-99")
    assert (row["deed"], row["error_type"]) == ("surprise", "CodeNotFoundError")
    assert (unknown["deed"], unknown["error_type"]) == ("surprise", "RunNotFoundError")


def test_a_desk_that_may_not_act_or_run_code_refuses(sold: Shop) -> None:
    rows = planned(desk_of(sold, may_act=False), "order-1")
    assert rows[0]["deed"] == "planned"
    with pytest.raises(NotAllowedError):
        ask(desk_of(sold, may_act=False), "act_each", runs=[chosen(rows[0])])
    with pytest.raises(NotAllowedError):
        planned(desk_of(sold, may_run_code=False), "order-1")
    with pytest.raises(UsageError, match="at a time"):
        planned(desk_of(sold), *map(str, range(501)))
