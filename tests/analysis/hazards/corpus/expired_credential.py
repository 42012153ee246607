"""Hazard 1: a credential in a recorded result is used after its time, or would be by a run that goes on."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import Look, positive
from tests.analysis.hazards.corpus.telling import (
    DAY,
    HOUR,
    MINUTE,
    activity,
    answer,
    awaiting,
    azure_url,
    call,
    dbos_step,
    epoch,
    google_url,
    iso,
    jwt,
    opaque,
    resumed,
    s3_url,
    sends,
)
from tests.story import Story
from workbench.model import EventType


@positive(1)
def token_outlived_by_an_approval(story: Story) -> None:
    run = story.run("publish-7", workflow="publish_video")
    run.step("fetch_token", kind="read").completed({"access_token": opaque("up"), "expires_in": 3600})
    wait = awaiting(run, "approved")
    story.wait(2 * HOUR)
    wait.answered(EventType.SignalConsumed, cause=sends(run, "approved", value=True))
    run.step("upload", args=["video-7", opaque("up")]).failed("Unauthorized", "401: token expired", definite=True)
    run.failed("Unauthorized")


@positive(1)
def jwt_in_a_bearer_header_after_a_long_sleep(story: Story) -> None:
    run = story.run("sync-1", workflow="sync_contacts")
    token = jwt(story, HOUR, iss="https://id.acme.test")
    call(run, "POST", "https://id.acme.test/token", {"grant_type": "client_credentials"}).completed(
        answer({"token": token, "token_type": "Bearer"})
    )
    run.timer(90 * MINUTE).fired()
    call(run, "GET", "https://api.acme.test/contacts", authorization=f"Bearer {token}").completed(answer([]))
    run.completed(0)


@positive(1, hidden=True)
def redacted_jwt_in_a_header(story: Story) -> None:
    run = story.run("sync-2", workflow="sync_ledger")
    token = jwt(story, 30 * MINUTE)
    call(run, "POST", "https://id.acme.test/token").completed(answer({"access_token": token}))
    resumed(run, after_seconds=3 * HOUR)
    call(run, "PUT", "https://books.acme.test/entries/9", {"sum": 4}, authorization=f"Bearer {token}").completed(
        answer({"ok": True})
    )
    run.completed()


@positive(1)
def results_are_empty_after_the_session_ended(story: Story) -> None:
    run = story.run("search-5", workflow="flight_search")
    run.step("open_session", kind="read").completed(
        {"session_token": opaque("s"), "expires_at": iso(story, 20 * MINUTE)}
    )
    resumed(run, after_seconds=DAY)
    run.step("find_flights", kind="read").given(session_token=opaque("s"), route="LIS-OSL").completed([])
    run.completed([])


@positive(1)
def training_took_longer_than_the_credentials(story: Story) -> None:
    run = story.run("train-llm", workflow="train")
    creds = {"AccessKeyId": "ASIAX", "SessionToken": opaque("sts"), "Expiration": iso(story, HOUR)}
    run.step("assume_role", kind="read").completed({"Credentials": creds})
    training = run.step("train_epoch", args=[1]).started()
    story.wait(3 * HOUR)
    training.completed({"loss": 0.7})
    run.step("save_checkpoint", args=["ckpt-1", creds]).failed("ExpiredToken", "The provided token has expired")
    run.failed("ExpiredToken")


@positive(1)
def expiry_in_milliseconds(story: Story) -> None:
    run = story.run("device-3", workflow="update_firmware")
    grant = {"accessToken": opaque("iot"), "expiresAt": epoch(story, 10 * MINUTE) * 1000}
    run.step("pair", kind="idempotent").completed(grant)
    run.timer(2 * HOUR).fired()
    run.step("push_image", args=[{"device": 3, "accessToken": opaque("iot")}]).failed("Forbidden", definite=True)
    run.failed("Forbidden")


@positive(1)
def signed_link_of_amazon(story: Story) -> None:
    run = story.run("report-q3", workflow="mail_report")
    link = s3_url(story, 900)
    run.step("sign_link", kind="read").completed({"url": link})
    run.timer(HOUR).fired()
    run.step("send_mail", args=["cfo@acme.test", link]).completed("queued")
    run.completed()


@positive(1)
def signed_link_of_google(story: Story) -> None:
    run = story.run("deploy-model", workflow="rollout_model")
    link = google_url(story, 3600)
    run.step("model_link", kind="read").completed(link)
    run.child("canary", "canary-1").answered(EventType.ChildCompleted, result="healthy")
    story.wait(5 * HOUR)
    call(run, "GET", link).failed("StatusError", "403", definite=True)
    run.failed("StatusError")


@positive(1)
def signed_link_of_azure(story: Story) -> None:
    run = story.run("scan-7", workflow="read_scan")
    link = azure_url(story, 30 * MINUTE)
    run.step("upload_slot", kind="read").completed({"put_to": link})
    resumed(run, after_seconds=2 * HOUR)
    run.step("upload_scan", kind="idempotent", args=[link, "7.tiff"]).failed("Forbidden", definite=True)
    run.failed("Forbidden")


@positive(1)
def lease_ran_out_before_the_write(story: Story) -> None:
    run = story.run("shard-4", workflow="rebalance")
    lease = {"lease_id": opaque("lease"), "lease_until": iso(story, 60)}
    run.step("acquire_lease", kind="idempotent", args=["shard-4"]).completed(lease)
    copying = run.step("copy_rows", args=["shard-4"]).started()
    story.wait(40 * MINUTE)
    copying.completed(1_200_000)
    run.step("switch_shard", args=["shard-4", opaque("lease")]).completed(result=True)
    run.completed()


@positive(1)
def open_run_whose_token_died_with_the_night(story: Story) -> Look:
    run = story.run("import-9", workflow="import_orders")
    run.step("login", kind="read").completed(
        {"access_token": opaque("imp"), "token_type": "Bearer", "expires_in": 1800}
    )
    run.step("page", kind="read", args=[1, opaque("imp")]).completed(["a", "b"])
    run.step("page", kind="read", args=[2, opaque("imp")]).started().died()
    return Look(later_seconds=9 * HOUR)


@positive(1, hidden=True)
def open_run_with_a_redacted_token_waits_for_a_person(story: Story) -> Look:
    run = story.run("refund-3", workflow="refund_case")
    run.step("service_token", kind="read").completed({"jwt": jwt(story, 15 * MINUTE, sub="svc")})
    awaiting(run, "manager_decision")
    return Look(later_seconds=2 * DAY)


@positive(1, engine="temporal")
def temporal_activity_five_attempts_too_late(story: Story) -> None:
    run = story.run("wf-1", workflow="ExportWorkflow")
    activity(run, "GetToken").completed({"access_token": opaque("t"), "expires_in": 3600})
    run.timer(4 * HOUR).fired()
    step = activity(run, "Export", {"bucket": "b", "access_token": opaque("t")})
    step.began(5, "Unauthorized", "401").failed("Unauthorized", "401")
    run.failed("Unauthorized")


@positive(1, engine="dbos")
def dbos_run_is_open_and_its_token_old(story: Story) -> Look:
    run = story.run("dbos-1", workflow="nightly_export")
    dbos_step(run, "get_token", {"token": jwt(story, HOUR), "token_type": "Bearer"})
    dbos_step(run, "list_files", ["a.csv", "b.csv"])
    return Look(later_seconds=DAY)


@positive(1)
def five_uploads_side_by_side_with_one_old_token(story: Story) -> None:
    run = story.run("album-2", workflow="publish_album")
    run.step("login", kind="read").completed(
        {"auth": {"bearer_token": opaque("alb"), "valid_until": iso(story, 15 * MINUTE)}}
    )
    resumed(run, after_seconds=HOUR)
    uploads = [run.step("put_photo", args=[n, opaque("alb")]).started() for n in range(5)]
    for upload in uploads:
        upload.completed({"ok": True})
    run.completed()


@positive(1)
def a_new_token_is_fetched_and_the_old_one_used(story: Story) -> None:
    run = story.run("crm-1", workflow="push_leads")
    run.step("get_token", kind="read").completed({"id_token": jwt(story, 20 * MINUTE)})
    old = story.bodies[-1]["result"]["id_token"]
    run.timer(HOUR).fired()
    run.step("get_token", kind="read").completed({"id_token": jwt(story, 20 * MINUTE)})
    run.step("push", args=[{"lead": 4, "token": old}]).failed("Unauthorized", definite=True)
    run.failed("Unauthorized")
