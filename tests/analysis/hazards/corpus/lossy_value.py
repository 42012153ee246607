"""Hazard 28: a value that was redacted or cut short is fed back as if it were the real one."""

from __future__ import annotations

from typing import Any

from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.telling import HOUR, activity, answer, awaiting, call, opaque, resumed
from tests.story import Story
from workbench.journal.codec import Redacted

PRINT = opaque("fingerprint")[:12]


def lost(kind: str = "access_token", **derived: Any) -> Redacted:
    """A secret that nobody kept."""
    return Redacted(kind, PRINT, derived)


def sealed(kind: str = "access_token") -> Redacted:
    """A secret that the recording's key opens."""
    return Redacted(kind, PRINT, {}, sealed=b"\x01" * 40)


def marked(before: str = "", after: str = "") -> str:
    """Plain text with a marker in it: what a program sees that took the stand-in for the secret."""
    return f"{before}⟨redacted:access_token:{PRINT}⟩{after}"


@positive(28)
def the_marker_was_sent_as_a_token(story: Story) -> None:
    run = story.run("sync-1", workflow="sync")
    run.step("login", kind="read").completed({"access_token": lost()})
    resumed(run, after_seconds=20)
    run.step("push", kind="write", args=[marked()]).failed("Unauthorized", definite=True)
    run.failed("Unauthorized")


@positive(28)
def the_marker_stands_in_a_header(story: Story) -> None:
    run = story.run("sync-2", workflow="sync")
    run.step("login", kind="read").completed({"access_token": lost()})
    resumed(run, after_seconds=20)
    call(run, "POST", "https://api.acme.test/rows", {"n": 1}, authorization=marked("Bearer ")).completed(answer({}))
    run.completed()


@positive(28)
def open_run_must_be_handed_a_lost_secret(story: Story) -> None:
    run = story.run("deploy-1", workflow="deploy")
    run.step("make_password", kind="write").completed({"password": lost("password")})
    run.step("create_user", kind="write", args=["db"]).started().died()


@positive(28)
def open_run_waits_with_a_lost_key(story: Story) -> None:
    run = story.run("tenant-1", workflow="tenant")
    run.step("create_api_key", kind="write").completed(lost("api_key"))
    awaiting(run, "installed")


@positive(28)
def cut_text_was_translated(story: Story) -> None:
    run = story.run("doc-1", workflow="translate")
    cut = "It was a dark and stormy night; the rain fell" + "… (truncated, 48,211 more characters)"
    run.step("load_text", kind="read").completed(cut)
    resumed(run, after_seconds=20)
    run.step("translate", kind="pure", args=[cut]).completed("Es war eine dunkle")
    run.completed()


@positive(28)
def result_says_that_it_was_cut(story: Story) -> None:
    run = story.run("agent-1", workflow="agent")
    cut = {"truncated": True, "original_size": 90_210, "preview": "def main():\n    import"}
    run.step("read_file", kind="read", args=["main.py"]).completed(cut)
    resumed(run, after_seconds=20)
    run.step("edit_file", kind="write", args=["main.py", cut]).completed()
    run.completed()


@positive(28, engine="temporal")
def temporal_codec_left_stars(story: Story) -> None:
    run = story.run("wf-1", workflow="SyncWorkflow")
    activity(run, "Login").completed({"access_token": "[REDACTED]"})
    activity(run, "Push", {"rows": 4, "access_token": "[REDACTED]"}).completed()
    run.completed()


@positive(28)
def marker_in_a_connection_string(story: Story) -> None:
    run = story.run("etl-1", workflow="etl")
    run.step("secrets", kind="read").completed({"password": lost("password")})
    resumed(run, after_seconds=5)
    run.step("connect", kind="read", args=[marked("postgres://etl:", "@db/etl")]).failed("AuthError", definite=True)
    run.failed("AuthError")


@positive(28)
def marker_written_to_a_customer(story: Story) -> None:
    run = story.run("mail-1", workflow="welcome")
    run.step("new_password", kind="write").completed({"password": lost("password")})
    resumed(run, after_seconds=5)
    run.step("send_mail", kind="write", args=["anna", marked("Your password is ", ".")]).completed()
    run.completed()


@positive(28)
def lost_jwt_in_an_open_run(story: Story) -> Look:
    run = story.run("crm-1", workflow="crm")
    run.step("login", kind="read").completed({"token": lost("jwt", exp=1_900_000_000, iat=1_790_000_000)})
    run.step("list_leads", kind="read").started().died()
    return Look(later_seconds=HOUR)


@positive(28)
def picture_cut_after_a_kilobyte(story: Story) -> None:
    run = story.run("scan-1", workflow="scan")
    cut = "iVBORw0KGgoAAAANSUhEUgAA" * 40 + "...[truncated 1,202,114 bytes]"
    run.step("load", kind="read").completed(cut)
    run.step("ocr", kind="pure", args=[cut]).failed("BadImage", definite=True)
    run.failed("BadImage")


@positive(28)
def lost_card_number_of_an_open_run(story: Story) -> None:
    run = story.run("order-1")
    run.step("card_on_file", kind="read").completed({"number": lost("card_number", last4="4242", brand="visa")})
    resumed(run, after_seconds=9)
    run.step("charge", kind="keyed", key="c/1").started().died()


@positive(28)
def marker_in_a_named_argument(story: Story) -> None:
    run = story.run("hook-1", workflow="hook")
    run.step("new_secret", kind="write").completed({"webhook_secret": lost("webhook_secret")})
    resumed(run, after_seconds=5)
    run.step("register", kind="idempotent").given(url="https://acme.test/h", secret=marked()).completed()
    run.completed()


@positive(28)
def signal_with_a_lost_code(story: Story) -> None:
    run = story.run("otp-1", workflow="login")
    run.signal("code", {"otp": lost("otp")})
    run.step("check_code", kind="write").started().died()


@positive(28)
def marker_in_a_body(story: Story) -> None:
    run = story.run("vault-1", workflow="rotate")
    run.step("new_key", kind="write").completed({"private_key": lost("private_key")})
    resumed(run, after_seconds=5)
    call(run, "PUT", "https://vault.acme.test/keys/1", {"key": marked()}).completed(answer({}))
    run.completed()


@positive(28)
def tree_that_is_cut_without_a_way_to_go_on(story: Story) -> None:
    run = story.run("git-1", workflow="mirror")
    tree = {"sha": "9f2c", "tree": [{"path": "a.py", "sha": "0b71"}], "truncated": True}
    run.step("list_tree", kind="read").completed(tree)
    run.step("delete_all_others", kind="write", args=[tree["tree"]]).completed()
    run.completed()


@positive(28)
def envelope_of_an_open_run(story: Story) -> None:
    run = story.run("agent-2", workflow="agent")
    run.step("run_tests", kind="write").completed({"stdout": "F....", "wasTruncated": True, "totalBytes": 700_411})
    run.step("fix", kind="write").started().died()


@positive(28)
def bytes_that_were_left_out(story: Story) -> None:
    run = story.run("ocr-1", workflow="scan")
    run.step("load", kind="read").completed({"head": "JVBERi0xLjcKJ", "truncated_bytes": 1_202_114})
    resumed(run, after_seconds=20)
    run.step("ocr", kind="pure", args=["JVBERi0xLjcKJ"]).completed("?")
    run.completed()


@positive(28, engine="temporal")
def temporal_payload_cut_by_its_codec(story: Story) -> None:
    run = story.run("wf-2", workflow="TranslateWorkflow")
    cut = {"text": "It was a dark and stormy night; the rain", "isTruncated": True}
    activity(run, "LoadText").completed(cut)
    activity(run, "Translate", cut).completed("Es war eine dunkle")
    run.completed()


@positive(28)
def signal_that_was_cut(story: Story) -> None:
    run = story.run("mail-2", workflow="answer_mail")
    run.signal("mail", {"from": "anna", "body": "Dear all, I would like", "truncated": True})
    run.step("reply", kind="write").started().died()


# --- near misses -----------------------------------------------------------------------------------------------


@negative(28)
def sealed_in_an_open_run(story: Story) -> None:
    run = story.run("sync-10", workflow="sync")
    run.step("login", kind="read").completed({"access_token": sealed()})
    run.step("push", kind="write").started().died()


@negative(28)
def used_in_the_process_that_had_it(story: Story) -> None:
    run = story.run("sync-11", workflow="sync")
    run.step("login", kind="read").completed({"access_token": sealed()})
    run.step("push", kind="write").given(access_token=sealed()).completed()
    run.completed()


@negative(28)
def an_ellipsis_of_a_writer(story: Story) -> None:
    run = story.run("doc-10", workflow="translate")
    run.step("load_text", kind="read").completed("To be continued…")
    run.step("translate", kind="pure", args=["To be continued…"]).completed("Fortsetzung folgt…")
    run.completed()


@negative(28)
def prose_about_truncation(story: Story) -> None:
    run = story.run("doc-11", workflow="translate")
    text = "A truncated cone is called a frustum."
    run.step("load_text", kind="read").completed(text)
    run.step("translate", kind="pure", args=[text]).completed("Ein Kegelstumpf")
    run.completed()


@negative(28)
def truncated_is_false(story: Story) -> None:
    run = story.run("list-10", workflow="list_bucket")
    page = {"IsTruncated": False, "truncated": False, "Contents": ["a", "b"]}
    run.step("list", kind="read").completed(page)
    run.step("copy", kind="idempotent", args=[page["Contents"]]).completed()
    run.completed()


@negative(28)
def a_table_is_truncated(story: Story) -> None:
    run = story.run("etl-10", workflow="etl")
    run.step("truncate_table", kind="idempotent", args=["staging"]).completed("TRUNCATE TABLE")
    run.step("load", kind="idempotent", args=["staging"]).completed(9)
    run.completed()


@negative(28)
def last_four_digits_for_a_receipt(story: Story) -> None:
    run = story.run("order-10")
    run.step("charge", kind="keyed", key="c/10").completed({"card": "**** **** **** 4242", "id": "ch_1"})
    run.step("receipt", kind="write", args=["anna", "**** **** **** 4242"]).completed()
    run.completed()


@negative(28)
def no_secrets(story: Story) -> None:
    run = story.run("order-11")
    run.step("charge", kind="keyed", key="c/11").completed({"id": "ch_1"})
    run.step("ship", kind="write", args=["ch_1"]).started().died()


@negative(28)
def marker_in_an_error_text_only(story: Story) -> None:
    run = story.run("sync-12", workflow="sync")
    run.step("push", kind="write").failed("Unauthorized", marked("token ", " was refused"), definite=True)
    run.failed("Unauthorized")


@negative(28)
def secret_went_in_and_nothing_came_out(story: Story) -> None:
    run = story.run("order-12")
    run.step("tokenize", kind="keyed", key="t/12").given(card_number=lost("card_number")).completed({"ref": "pm_1"})
    run.step("charge", kind="keyed", key="c/12", args=["pm_1"]).completed()
    run.completed()


@negative(28, hidden=True)
def redacted_by_the_recorder_and_completed(story: Story) -> None:
    run = story.run("sync-13", workflow="sync")
    run.step("login", kind="read").completed({"access_token": opaque("tok")})
    call(run, "POST", "https://api.acme.test/rows", {}, authorization=f"Bearer {opaque('tok')}").completed(answer({}))
    run.completed()


@negative(28)
def names_with_stars(story: Story) -> None:
    run = story.run("rate-10", workflow="rate")
    run.step("rating", kind="read").completed("*****")
    run.step("publish", kind="write", args=["*****"]).completed()
    run.completed()


@negative(28, engine="temporal")
def temporal_plain_values(story: Story) -> None:
    run = story.run("wf-10", workflow="SyncWorkflow")
    activity(run, "Count").completed({"rows": 4})
    activity(run, "Push", {"rows": 4}).completed()
    run.completed()


@negative(28)
def a_summary_is_short_on_purpose(story: Story) -> None:
    run = story.run("doc-12", workflow="digest")
    run.step("summarise", kind="pure").completed({"summary": "Sales rose.", "words": 2})
    run.step("send", kind="write", args=["Sales rose."]).completed()
    run.completed()


@negative(28)
def sealed_and_recovered(story: Story) -> None:
    run = story.run("sync-14", workflow="sync")
    run.step("login", kind="read").completed({"access_token": sealed()})
    resumed(run, after_seconds=20)
    run.step("push", kind="write").given(access_token=sealed()).completed()
    run.completed()


@negative(28)
def a_page_of_a_longer_list(story: Story) -> None:
    run = story.run("list-11", workflow="list_bucket")
    page = {"IsTruncated": True, "NextContinuationToken": "1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J", "Contents": ["a", "b"]}
    run.step("list", kind="read").completed(page)
    resumed(run, after_seconds=20)
    run.step("list", kind="read", args=[page["NextContinuationToken"]]).completed({"IsTruncated": False})
    run.step("copy", kind="idempotent", args=[page["Contents"]]).completed()
    run.completed()


@negative(28)
def nothing_was_left_out(story: Story) -> None:
    run = story.run("log-10", workflow="ship_logs")
    run.step("tail", kind="read").completed({"lines": ["a"], "truncated_bytes": 0, "truncated": None})
    resumed(run, after_seconds=20)
    run.step("ship", kind="write", args=[["a"]]).started().died()


@negative(28)
def truncate_is_an_option(story: Story) -> None:
    run = story.run("etl-11", workflow="etl")
    options = {"truncate": True, "truncate_after": 80, "truncated_at": "2026-10-01", "table": "staging"}
    run.step("options", kind="read").completed(options)
    run.step("load", kind="idempotent", args=[options]).started().died()


@negative(28)
def cut_and_never_used(story: Story) -> None:
    run = story.run("agent-10", workflow="agent")
    run.step("run_tests", kind="write").completed({"stdout": "F....", "truncated": True})
    run.step("report", kind="write", args=["tests failed"]).completed()
    run.completed()
