"""Hazard 4: what counts as a read, and which writes refuse by themselves when the world is not as it was read."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import negative, positive
from tests.analysis.hazards.corpus.telling import HOUR, answer, call, resumed
from tests.story import Story


@positive(4)
def read_before_the_gap_and_computed_after_it(story: Story) -> None:
    run = story.run("price-21", workflow="price")
    run.step("stock", kind="read", args=["sku-7781"]).completed(1)
    resumed(run, after_seconds=HOUR)
    run.step("suggest_price", kind="pure", args=["sku-7781", 1]).completed(19)
    run.step("set_price", kind="idempotent", args=["sku-7781", 19]).completed()
    run.completed()


@positive(4)
def only_the_read_was_conditional(story: Story) -> None:
    run = story.run("wiki-21", workflow="fix_links")
    page = "https://wiki.acme.test/pages/551"
    call(run, "GET", page, if_none_match='"v6"').completed(answer({"text": "old"}))
    resumed(run, after_seconds=3 * HOUR)
    call(run, "PUT", page, {"text": "new"}).completed(answer({}))
    run.completed()


@positive(4)
def the_condition_was_left_empty(story: Story) -> None:
    run = story.run("like-21", workflow="count_like")
    run.step("get_count", kind="read", args=["post-5590123"]).completed(41)
    resumed(run, after_seconds=HOUR)
    run.step("set_count", kind="idempotent").given(post="post-5590123", count=42, if_match=None).completed()
    run.completed()


@positive(4)
def overwrites_what_is_there(story: Story) -> None:
    run = story.run("name-21", workflow="claim_name")
    run.step("name_taken", kind="read", args=["user:lovelace1815"]).completed(result=False)
    resumed(run, after_seconds=HOUR)
    run.step("put_name", kind="idempotent").given(name="user:lovelace1815", if_not_exists=False).completed()
    run.completed()


# --- near misses -----------------------------------------------------------------------------------------------


@negative(4)
def pure_step_with_the_name_of_a_read(story: Story) -> None:
    run = story.run("price-31", workflow="price")
    run.step("get_discount", kind="pure", args=["customer-100294", 3]).completed(0.1)
    resumed(run, after_seconds=HOUR)
    run.step("set_discount", kind="idempotent", args=["customer-100294", 0.1]).completed()
    run.completed()


@negative(4)
def row_is_put_only_where_none_is(story: Story) -> None:
    run = story.run("name-31", workflow="claim_name")
    run.step("name_taken", kind="read", args=["lovelace1815"]).completed(result=False)
    resumed(run, after_seconds=HOUR)
    item = {"TableName": "users", "Item": {"id": "lovelace1815"}, "ConditionExpression": "attribute_not_exists(id)"}
    run.step("put_item", args=[item]).completed()
    run.completed()


@negative(4)
def object_of_generation_zero(story: Story) -> None:
    run = story.run("upload-31", workflow="upload")
    run.step("object_exists", kind="read", args=["gs://inbox/a.pdf"]).completed(result=False)
    resumed(run, after_seconds=HOUR)
    run.step("upload", kind="idempotent").given(object="gs://inbox/a.pdf", if_generation_match=0).completed()
    run.completed()


@negative(4)
def lock_is_set_only_where_none_is(story: Story) -> None:
    run = story.run("lock-31", workflow="lock")
    run.step("lock_holder", kind="read", args=["lock:orders/77"]).completed(result=None)
    resumed(run, after_seconds=HOUR)
    run.step("redis_set", args=["lock:orders/77", "me"]).given(nx=True, ex=60).completed(result=True)
    run.completed()


@negative(4)
def created_if_absent(story: Story) -> None:
    run = story.run("bucket-31", workflow="make_bucket")
    run.step("bucket_exists", kind="read", args=["bucket-acme-eu"]).completed(result=False)
    resumed(run, after_seconds=HOUR)
    run.step("create_bucket").given(name="bucket-acme-eu", if_not_exists=True).completed()
    run.completed()


@negative(4)
def unless_it_was_changed_since(story: Story) -> None:
    run = story.run("wiki-31", workflow="fix_links")
    page, then = "https://wiki.acme.test/pages/552", "Mon, 21 Sep 2026 14:13:20 GMT"
    call(run, "GET", page).completed(answer({"text": "old"}, last_modified=then))
    resumed(run, after_seconds=3 * HOUR)
    call(run, "PUT", page, {"text": "new"}, if_unmodified_since=then).completed(answer({}))
    run.completed()
