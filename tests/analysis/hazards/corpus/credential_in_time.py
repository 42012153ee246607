"""Near misses of hazard 1: credentials that were good when they were used."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import Look, negative
from tests.analysis.hazards.corpus.telling import (
    DAY,
    HOUR,
    MINUTE,
    activity,
    answer,
    awaiting,
    call,
    dbos_step,
    iso,
    jwt,
    opaque,
    resumed,
    s3_url,
)
from tests.story import Story


@negative(1)
def used_in_time(story: Story) -> None:
    run = story.run("publish-8", workflow="publish_video")
    run.step("fetch_token", kind="read").completed({"access_token": opaque("up"), "expires_in": 3600})
    run.timer(20 * MINUTE).fired()
    run.step("upload", args=["video-8", opaque("up")]).completed({"id": "v8"})
    run.completed()


@negative(1)
def refreshed_in_time(story: Story) -> None:
    run = story.run("publish-9", workflow="publish_video")
    run.step("fetch_token", kind="read").completed({"access_token": opaque("one"), "expires_in": 3600})
    run.step("reserve_slot", args=[opaque("one")]).completed("slot-9")
    run.timer(5 * HOUR).fired()
    run.step("fetch_token", kind="read").completed({"access_token": opaque("two"), "expires_in": 3600})
    run.step("upload", args=["video-9", opaque("two")]).completed({"id": "v9"})
    run.completed()


@negative(1)
def expired_long_after_the_run_was_over(story: Story) -> Look:
    run = story.run("sync-3", workflow="sync_contacts")
    token = jwt(story, HOUR)
    run.step("login", kind="read").completed({"token": token})
    call(run, "GET", "https://api.acme.test/contacts", authorization=f"Bearer {token}").completed(answer([1, 2]))
    run.completed(2)
    return Look(later_seconds=30 * DAY)


@negative(1)
def certificate_that_the_run_renews(story: Story) -> None:
    run = story.run("tls-1", workflow="renew_certificate")
    cert = {"domain": "shop.acme.test", "serial": "04:9f:11", "expires_at": iso(story, -2 * DAY)}
    run.step("read_certificate", kind="read", args=["shop.acme.test"]).completed(cert)
    run.step("order_certificate", kind="idempotent", args=["shop.acme.test"]).completed("order-77")
    run.completed()


@negative(1)
def refresh_token_outlives_the_access_token(story: Story) -> None:
    run = story.run("drive-1", workflow="backup_drive")
    grant = {"access_token": opaque("a1"), "expires_in": 3600, "refresh_token": opaque("r1")}
    run.step("authorize", kind="read").completed(grant)
    run.step("list_files", kind="read", args=[opaque("a1")]).completed(["x"])
    run.timer(6 * HOUR).fired()
    fresh = {"access_token": opaque("a2"), "expires_in": 3600}
    run.step("refresh", kind="read", args=[opaque("r1")]).completed(fresh)
    run.step("copy_file", kind="idempotent", args=["x", opaque("a2")]).completed()
    run.completed()


@negative(1, hidden=True)
def redacted_token_of_a_month(story: Story) -> Look:
    run = story.run("sync-4", workflow="sync_ledger")
    token = jwt(story, 30 * DAY)
    run.step("login", kind="read").completed({"access_token": token})
    resumed(run, after_seconds=2 * DAY)
    call(run, "GET", "https://books.acme.test/entries", authorization=f"Bearer {token}").completed(answer([]))
    awaiting(run, "closing")
    return Look(later_seconds=DAY)


@negative(1)
def key_without_an_end(story: Story) -> Look:
    run = story.run("mail-1", workflow="newsletter")
    run.step("api_key", kind="read").completed({"api_key": opaque("k"), "created_at": iso(story, -400 * DAY)})
    run.timer(7 * DAY).fired()
    run.step("send", args=["list-1", opaque("k")]).completed(812)
    awaiting(run, "next_issue")
    return Look(later_seconds=7 * DAY)


@negative(1)
def the_using_step_fetches_its_own_token(story: Story) -> None:
    run = story.run("upload-1", workflow="upload")
    run.timer(12 * HOUR).fired()
    run.step("upload_with_own_login", args=["file-1"]).completed({"id": "f1", "etag": opaque("etag")})
    run.completed()


@negative(1)
def open_run_whose_token_lives_on(story: Story) -> Look:
    run = story.run("import-2", workflow="import_orders")
    run.step("login", kind="read").completed({"access_token": opaque("imp"), "expires_in": 36_000})
    run.step("page", kind="read", args=[1, opaque("imp")]).started().died()
    return Look(later_seconds=HOUR)


@negative(1)
def lease_that_was_renewed(story: Story) -> None:
    run = story.run("shard-5", workflow="rebalance")
    run.step("acquire_lease", kind="idempotent", args=["shard-5"]).completed(
        {"lease_id": opaque("one"), "lease_until": iso(story, 10 * MINUTE)}
    )
    run.timer(8 * MINUTE).fired()
    run.step("renew_lease", kind="idempotent", args=["shard-5", opaque("one")]).completed(
        {"lease_id": opaque("two"), "lease_until": iso(story, 10 * MINUTE)}
    )
    run.timer(8 * MINUTE).fired()
    run.step("switch_shard", args=["shard-5", opaque("two")]).completed(result=True)
    run.completed()


@negative(1)
def failed_run_never_used_its_token_again(story: Story) -> Look:
    run = story.run("export-4", workflow="export")
    run.step("login", kind="read").completed({"access_token": opaque("x"), "expires_in": 600})
    run.step("render", kind="pure").failed("TemplateError", definite=True)
    run.failed("TemplateError")
    return Look(later_seconds=DAY)


@negative(1, engine="temporal")
def temporal_used_it_first_and_slept_then(story: Story) -> None:
    run = story.run("wf-2", workflow="OnboardWorkflow")
    activity(run, "GetToken").completed({"access_token": opaque("t"), "expires_in": 3600})
    activity(run, "CreateAccount", {"access_token": opaque("t"), "user": "u-1"}).completed("acc-1")
    run.timer(3 * DAY).fired()
    activity(run, "SendTips", "u-1").completed()
    run.completed()


@negative(1)
def link_opened_at_once(story: Story) -> None:
    run = story.run("report-q4", workflow="mail_report")
    link = s3_url(story, 7 * DAY)
    run.step("sign_link", kind="read").completed({"url": link})
    run.timer(3 * DAY).fired()
    run.step("send_mail", args=["cfo@acme.test", link]).completed("queued")
    run.completed()


@negative(1)
def token_without_an_expiry_claim(story: Story) -> None:
    run = story.run("hook-1", workflow="install_hook")
    forever = jwt(story, 0, exp=None, iss="ci")
    run.step("robot_token", kind="read").completed({"token": forever})
    run.timer(10 * DAY).fired()
    call(run, "PUT", "https://ci.acme.test/hooks/1", {}, authorization=f"Bearer {forever}").completed(answer({}))
    run.completed()


@negative(1)
def parcel_due_in_the_past(story: Story) -> None:
    run = story.run("parcel-1", workflow="track_parcel")
    run.step("find_parcel", kind="read", args=["1Z999"]).completed(
        {"tracking": "1Z999AA10123456784", "due_at": iso(story, HOUR)}
    )
    run.timer(DAY).fired()
    run.step("remind_carrier", kind="idempotent", args=["1Z999AA10123456784"]).completed()
    run.completed()


@negative(1, engine="dbos")
def dbos_run_completed_before_the_end(story: Story) -> Look:
    run = story.run("dbos-2", workflow="nightly_export")
    dbos_step(run, "get_token", {"token": jwt(story, HOUR)})
    dbos_step(run, "list_files", ["a.csv"])
    run.completed(1)
    return Look(later_seconds=DAY)
