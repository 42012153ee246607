"""Hazard 4: what was read decides about a later write to the same thing, and time or others came between."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.telling import DAY, HOUR, MINUTE, answer, awaiting, call, opaque, resumed, sends
from tests.story import Story
from workbench.model import EventType


@positive(4)
def last_piece_in_stock(story: Story) -> None:
    run = story.run("order-1")
    run.step("stock", kind="read", args=["sku-7781"]).completed(1)
    resumed(run, after_seconds=HOUR)
    run.step("ship", args=["sku-7781", "anna"]).completed("parcel-1")
    run.completed()


@positive(4)
def balance_before_an_approval(story: Story) -> None:
    run = story.run("payout-1", workflow="payout")
    run.step("balance", kind="read", args=["account-5521"]).completed(500)
    wait = awaiting(run, "approved")
    story.wait(2 * HOUR)
    wait.answered(EventType.SignalConsumed, cause=sends(run, "approved", value=True))
    run.step("withdraw", kind="keyed", key="payout/1", args=["account-5521", 450]).completed("tx-1")
    run.completed()


@positive(4)
def declared_resource(story: Story) -> None:
    run = story.run("room-1", workflow="book_room")
    run.step("free_rooms", kind="read", args=["2026-10-01"], resource="rooms/blue").completed(["blue"])
    resumed(run, after_seconds=30 * MINUTE)
    run.step("book", kind="compensatable", args=["2026-10-01"], resource="rooms/blue").completed("b-1")
    run.completed()


@positive(4)
def document_overwritten(story: Story) -> None:
    run = story.run("wiki-1", workflow="fix_links")
    call(run, "GET", "https://wiki.acme.test/pages/441").completed(answer({"text": "old"}))
    resumed(run, after_seconds=3 * HOUR)
    call(run, "PUT", "https://wiki.acme.test/pages/441", {"text": "new"}).completed(answer({}))
    run.completed()


@positive(4)
def seat_sold_twice(story: Story) -> None:
    run = story.run("seat-1", workflow="sell_seat", business_key="show-9")
    run.step("seat_free", kind="read", args=["show-9/row-3/seat-14"]).completed(result=True)
    other = story.run("seat-2", workflow="sell_seat", business_key="show-9")
    other.step("sell_seat", args=["show-9/row-3/seat-14", "bob"]).completed("ticket-1")
    other.completed()
    run.step("sell_seat", args=["show-9/row-3/seat-14", "anna"]).completed("ticket-2")
    run.completed()


@positive(4)
def release_looked_up_before_the_night(story: Story) -> None:
    run = story.run("deploy-1", workflow="deploy")
    run.step("current_release", kind="read", args=["service-checkout"]).completed("v41")
    run.timer(9 * HOUR).fired()
    run.step("promote", args=["service-checkout", "v42"]).completed()
    run.completed()


@positive(4)
def valve_read_and_moved(story: Story) -> None:
    run = story.run("plant-1", workflow="regulate")
    run.step("valve_state", kind="read").given(valve="valve-0017").completed({"open": 0.2})
    resumed(run, after_seconds=45 * MINUTE, boot=8)
    run.step("move_valve").given(valve="valve-0017", by=0.3).completed()
    run.completed()


@positive(4)
def subscription_checked_a_day_before_the_mail(story: Story) -> None:
    run = story.run("mail-1", workflow="newsletter")
    run.step("is_subscribed", kind="read", args=[{"user": "user-90121"}]).completed(result=True)
    run.timer(DAY).fired()
    run.step("send_mail", args=[{"user": "user-90121", "text": "hello"}]).completed()
    run.completed()


@positive(4)
def coupon_checked_and_redeemed(story: Story) -> None:
    run = story.run("order-2")
    run.step("coupon_valid", kind="read", args=["COUPON-SUMMER-26"]).completed({"valid": True, "uses_left": 1})
    resumed(run, after_seconds=2 * HOUR)
    run.step("redeem", args=["COUPON-SUMMER-26", "order-2"]).completed()
    run.completed()


@positive(4)
def quota_checked_and_the_process_died_in_the_write(story: Story) -> None:
    run = story.run("tenant-1", workflow="grow_tenant")
    run.step("quota_left", kind="read", args=["tenant-acme-eu"]).completed(3)
    step = run.step("add_machine", args=["tenant-acme-eu"])
    resumed(run, after_seconds=HOUR)
    step.started()


@positive(4)
def slot_in_a_calendar(story: Story) -> None:
    run = story.run("visit-1", workflow="book_visit")
    call(run, "GET", "https://cal.acme.test/slots/2026-10-01T09").completed(answer({"free": True}))
    wait = awaiting(run, "patient_confirms")
    story.wait(5 * HOUR)
    wait.answered(EventType.SignalConsumed, cause=sends(run, "patient_confirms"))
    call(run, "POST", "https://cal.acme.test/slots/2026-10-01T09", {"patient": 4}).completed(answer({}, 201))
    run.completed()


@positive(4)
def username_was_free(story: Story) -> None:
    run = story.run("signup-1", workflow="signup")
    run.step("name_taken", kind="read", args=["lovelace1815"]).completed(result=False)
    resumed(run, after_seconds=DAY)
    run.step("create_user", args=["lovelace1815"]).completed("u-1")
    run.completed()


@positive(4)
def fraud_score_of_yesterday(story: Story) -> None:
    run = story.run("loan-1", workflow="grant_loan")
    run.step("score", kind="read", args=["customer-100294"]).completed(0.1)
    resumed(run, after_seconds=DAY)
    run.step("pay_out", kind="keyed", key="loan/1", args=["customer-100294", 9000]).completed()
    run.completed()


@positive(4)
def another_log_wrote_in_between(story: Story) -> Look:
    run = story.run("sell-1", workflow="sell", business_key="lot-4")
    run.step("lot_open", kind="read", args=["lot-000444"]).completed(result=True)
    other = Story(now_ns=story.now_ns)
    rival = other.run("sell-2", workflow="sell", business_key="lot-4")
    rival.step("sell_lot", args=["lot-000444", "bob"]).completed()
    rival.completed()
    story.wait(20)
    run.step("sell_lot", args=["lot-000444", "anna"]).completed()
    run.completed()
    return Look(others=((other, "sell-2"),))


@positive(4)
def read_modify_write_of_a_counter(story: Story) -> None:
    run = story.run("like-1", workflow="count_like")
    run.step("get_count", kind="read", args=["post-5590123"]).completed(41)
    resumed(run, after_seconds=20 * MINUTE)
    run.step("set_count", kind="idempotent", args=["post-5590123", 42]).completed()
    run.completed()


# --- near misses -----------------------------------------------------------------------------------------------


@negative(4)
def checked_and_acted_at_once(story: Story) -> None:
    run = story.run("order-10")
    run.step("stock", kind="read", args=["sku-7781"]).completed(1)
    run.step("ship", args=["sku-7781", "anna"]).completed("parcel-1")
    run.completed()


@negative(4)
def read_again_after_the_gap(story: Story) -> None:
    run = story.run("order-11")
    run.step("stock", kind="read", args=["sku-7781"]).completed(5)
    resumed(run, after_seconds=HOUR)
    run.step("stock", kind="read", args=["sku-7781"]).completed(4)
    run.step("ship", args=["sku-7781", "anna"]).completed("parcel-1")
    run.completed()


@negative(4)
def written_only_if_unchanged(story: Story) -> None:
    run = story.run("wiki-2", workflow="fix_links")
    call(run, "GET", "https://wiki.acme.test/pages/442").completed(answer({"text": "old"}, etag='"v7"'))
    resumed(run, after_seconds=3 * HOUR)
    call(run, "PUT", "https://wiki.acme.test/pages/442", {"text": "new"}, if_match='"v7"').completed(answer({}))
    run.completed()


@negative(4)
def written_with_the_version_that_was_read(story: Story) -> None:
    run = story.run("like-2", workflow="count_like")
    run.step("get_count", kind="read", args=["post-5590123"]).completed({"count": 41, "version": 7})
    resumed(run, after_seconds=HOUR)
    run.step("set_count", kind="idempotent").given(post="post-5590123", count=42, expected_version=7).completed()
    run.completed()


@negative(4)
def read_after_the_write(story: Story) -> None:
    run = story.run("plant-2", workflow="regulate")
    run.step("move_valve", kind="idempotent", args=["valve-0017", 0.5]).completed()
    resumed(run, after_seconds=HOUR)
    run.step("valve_state", kind="read", args=["valve-0017"]).completed({"open": 0.5})
    run.completed()


@negative(4)
def only_looks(story: Story) -> None:
    run = story.run("audit-1", workflow="audit")
    run.step("balance", kind="read", args=["account-5521"]).completed(1)
    resumed(run, after_seconds=DAY)
    run.step("balance", kind="read", args=["account-5521"]).completed(2)
    run.completed()


@negative(4)
def written_before_the_gap(story: Story) -> None:
    run = story.run("order-13")
    run.step("stock", kind="read", args=["sku-9"]).completed(3)
    run.step("reserve", kind="compensatable", args=["sku-9"]).completed("r-1")
    resumed(run, after_seconds=HOUR)
    run.step("label", kind="pure", args=["dhl"]).completed()
    run.completed()


@negative(4)
def never_written(story: Story) -> None:
    run = story.run("loan-2", workflow="grant_loan")
    run.step("score", kind="read", args=["customer-100294"]).completed(0.9)
    resumed(run, after_seconds=DAY)
    run.failed("TooRisky")


@negative(4)
def reserved_first(story: Story) -> None:
    run = story.run("room-2", workflow="book_room")
    run.step("hold_room", kind="compensatable", args=["room-blue-2026-10-01"]).completed({"hold": opaque("h")})
    resumed(run, after_seconds=HOUR)
    run.step("confirm_hold", kind="idempotent", args=[opaque("h")]).completed()
    run.completed()


@negative(4)
def other_rows_in_a_loop(story: Story) -> None:
    run = story.run("clean-1", workflow="clean_up")
    for user in ("user-10001", "user-10002", "user-10003"):
        run.step("inactive", kind="read", args=[user]).completed(result=True)
        run.step("archive", kind="idempotent", args=[user]).completed()
        run.timer(HOUR).fired()
    run.completed()


@negative(4)
def another_run_wrote_something_else(story: Story) -> None:
    run = story.run("seat-3", workflow="sell_seat", business_key="show-9")
    run.step("seat_free", kind="read", args=["show-9/row-3/seat-14"]).completed(result=True)
    other = story.run("seat-4", workflow="sell_seat", business_key="show-9")
    other.step("sell_seat", args=["show-9/row-8/seat-02", "bob"]).completed("ticket-1")
    other.completed()
    run.step("sell_seat", args=["show-9/row-3/seat-14", "anna"]).completed("ticket-2")
    run.completed()


@negative(4)
def computed_and_not_read(story: Story) -> None:
    run = story.run("price-1", workflow="price")
    run.step("suggest_price", kind="pure", args=["sku-7781"]).completed(19)
    resumed(run, after_seconds=HOUR)
    run.step("set_price", kind="idempotent", args=["sku-7781", 19]).completed()
    run.completed()


@negative(4)
def slot_taken_in_one_request(story: Story) -> None:
    run = story.run("visit-2", workflow="book_visit")
    run.timer(5 * HOUR).fired()
    call(run, "POST", "https://cal.acme.test/slots/2026-10-01T09", {"patient": 4}).completed(answer({}, 201))
    run.completed()


@negative(4)
def created_only_where_nothing_is(story: Story) -> None:
    run = story.run("upload-1", workflow="upload")
    call(run, "HEAD", "https://files.acme.test/inbox/a.pdf").completed(answer(None, 204))
    resumed(run, after_seconds=HOUR)
    call(run, "PUT", "https://files.acme.test/inbox/a.pdf", "…", if_none_match="*").completed(answer({}, 201))
    run.completed()


@negative(4)
def gap_of_seconds(story: Story) -> None:
    run = story.run("order-14")
    run.step("stock", kind="read", args=["sku-7781"]).completed(4)
    run.timer(5).fired()
    run.step("ship", args=["sku-7781", "anna"]).completed("parcel-1")
    run.completed()
