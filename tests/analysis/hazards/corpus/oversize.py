"""Hazard 21: payloads beyond what engines take (warning from 256 KiB, refusal from 2 MiB, 10 MiB for a whole run)."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.telling import activity, answer, awaiting, call, dbos_step, resumed, sends
from tests.story import Story
from workbench.model import EventType

KIB = 1024


@positive(21)
def rows_of_a_query(story: Story) -> None:
    run = story.run("report-1", workflow="report")
    run.step("query", kind="read").completed([{"id": n, "name": f"customer {n}" * 4} for n in range(6000)])
    run.completed()


@positive(21)
def a_pdf_as_a_result(story: Story) -> None:
    run = story.run("invoice-1", workflow="invoice")
    run.step("render_pdf", kind="pure").completed(b"%PDF-1.7" + bytes(400 * KIB))
    run.completed()


@positive(21)
def picture_in_base64_as_an_argument(story: Story) -> None:
    run = story.run("scan-1", workflow="scan")
    run.step("detect_text", kind="read", args=["iVBORw0KGgo" + "QUJD" * 100 * KIB]).completed("hello")
    run.completed()


@positive(21)
def named_argument(story: Story) -> None:
    run = story.run("train-1", workflow="train")
    run.step("fit", kind="pure").given(weights=[0.123456789] * 90_000).completed()
    run.completed()


@positive(21)
def signal_with_a_document(story: Story) -> None:
    run = story.run("claim-1", workflow="claim")
    wait = awaiting(run, "documents")
    wait.answered(EventType.SignalConsumed, cause=sends(run, "documents", "x" * 300 * KIB))
    run.completed()


@positive(21)
def result_of_the_run(story: Story) -> None:
    run = story.run("export-1", workflow="export")
    run.step("count", kind="read").completed(7)
    run.completed("line\n" * 80 * KIB)


@positive(21)
def argument_of_the_run(story: Story) -> None:
    run = story.run("import-1", workflow="import_csv", args=["a;b;c;d\n" * 50 * KIB])
    run.completed(1)


@positive(21)
def result_of_a_child(story: Story) -> None:
    run = story.run("album-1", workflow="album")
    run.child("thumbnails", "album-1/t").completed([bytes(30 * KIB) for _ in range(12)])
    run.completed()


@positive(21)
def three_mebibytes_over_http(story: Story) -> None:
    run = story.run("model-1", workflow="fetch_model")
    call(run, "GET", "https://models.acme.test/7").completed(answer("w" * 3 * KIB * KIB))
    run.completed()


@positive(21)
def many_of_200_kib(story: Story) -> None:
    run = story.run("crawl-1", workflow="crawl")
    for page in range(60):
        run.step("page", kind="read", args=[page]).completed("p" * 200 * KIB)
    run.completed()


@positive(21, engine="temporal")
def temporal_result(story: Story) -> None:
    run = story.run("wf-1", workflow="ReportWorkflow")
    activity(run, "LoadOrders").completed([{"order": n, "note": "n" * 100} for n in range(5000)])
    run.completed()


@positive(21, engine="dbos")
def dbos_result(story: Story) -> None:
    run = story.run("dbos-1", workflow="report")
    dbos_step(run, "load", "z" * 600 * KIB)
    run.completed()


@positive(21)
def error_with_the_whole_request_in_it(story: Story) -> None:
    run = story.run("mail-1", workflow="send_mail")
    run.step("send").failed("BadRequest", "refused: " + "<td>cell</td>" * 40 * KIB, definite=True)
    run.failed("BadRequest")


@positive(21)
def deep_inside_a_small_looking_map(story: Story) -> None:
    run = story.run("shop-1", workflow="sync")
    run.step("catalogue", kind="read").completed({"ok": True, "body": {"items": [{"img": "d" * 350 * KIB}]}})
    run.completed()


@positive(21)
def one_of_a_gather(story: Story) -> None:
    run = story.run("search-1", workflow="search")
    calls = [run.step("shard", kind="read", args=[n]).started() for n in range(4)]
    for number, one in enumerate(calls):
        one.completed("r" * (500 * KIB if number == 2 else 10))
    run.completed()


@negative(21)
def hundred_kib(story: Story) -> None:
    run = story.run("report-10", workflow="report")
    run.step("query", kind="read").completed("q" * 100 * KIB)
    run.completed()


@negative(21)
def just_below_the_warning(story: Story) -> None:
    run = story.run("report-11", workflow="report")
    run.step("query", kind="read").completed("q" * 200 * KIB)
    run.completed()


@negative(21)
def two_mebibytes_in_many_steps(story: Story) -> None:
    run = story.run("crawl-10", workflow="crawl")
    for page in range(40):
        run.step("page", kind="read", args=[page]).completed("p" * 50 * KIB)
    run.completed()


@negative(21)
def a_reference_to_forty_megabytes(story: Story) -> None:
    run = story.run("invoice-10", workflow="invoice")
    run.step("render_pdf", kind="idempotent").completed(
        {"url": "s3://acme/invoice-10.pdf", "size": 41_943_040, "sha256": "9f" * 32}
    )
    run.completed()


@negative(21)
def numbers_that_are_big(story: Story) -> None:
    run = story.run("count-1", workflow="count")
    run.step("bytes_stored", kind="read").completed(10**18)
    run.completed({"total_bytes": 2**60})


@negative(21)
def the_other_run_is_the_large_one(story: Story) -> Look:
    story.run("big-1", workflow="crawl").step("page", kind="read").completed("p" * 900 * KIB)
    run = story.run("small-1", workflow="crawl")
    run.step("page", kind="read").completed("p")
    run.completed()
    return Look(run_id="small-1")


@negative(21)
def many_short_texts(story: Story) -> None:
    run = story.run("poll-1", workflow="poll")
    for number in range(500):
        run.step("status", kind="read", args=[number]).completed("running")
    run.completed()


@negative(21)
def nothing_in_it(story: Story) -> None:
    run = story.run("order-10")
    run.step("ship").completed()
    run.completed()


@negative(21, engine="temporal")
def temporal_small(story: Story) -> None:
    run = story.run("wf-10", workflow="OrderWorkflow")
    activity(run, "Charge", {"order": 1}).completed({"id": "ch_1"})
    run.completed()


@negative(21)
def half_an_allowance_each_way(story: Story) -> None:
    run = story.run("scan-10", workflow="scan")
    run.step("detect", kind="read", args=["i" * 120 * KIB]).completed("o" * 120 * KIB)
    run.completed()


@negative(21)
def a_picture_of_fifty_kib(story: Story) -> None:
    run = story.run("album-10", workflow="album")
    run.step("thumbnail", kind="pure").completed(bytes(50 * KIB))
    run.completed()


@negative(21)
def chunks_by_number(story: Story) -> None:
    run = story.run("upload-1", workflow="upload")
    for chunk in range(20):
        run.step("put_chunk", kind="idempotent", args=[chunk, "c" * 64 * KIB]).completed({"etag": chunk})
    run.completed()


@negative(21)
def signal_of_a_kib(story: Story) -> None:
    run = story.run("claim-10", workflow="claim")
    wait = awaiting(run, "documents")
    wait.answered(EventType.SignalConsumed, cause=sends(run, "documents", "x" * KIB))
    run.completed()


@negative(21, engine="dbos")
def dbos_small(story: Story) -> None:
    run = story.run("dbos-10", workflow="report")
    dbos_step(run, "load", "z" * 60 * KIB)
    run.completed()


@negative(21)
def error_with_a_traceback(story: Story) -> None:
    run = story.run("mail-10", workflow="send_mail")
    run.step("send").failed("BadRequest", 'File "mail.py", line 7\n' * 200, definite=True)
    run.failed("BadRequest")


@negative(21)
def recovered_many_times(story: Story) -> None:
    run = story.run("order-11")
    for pid in range(5000, 5010):
        run.step(f"part_{pid}", kind="read").completed("x" * 20 * KIB)
        resumed(run, pid=pid)
    run.completed()
