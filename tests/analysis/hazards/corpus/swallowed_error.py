"""Hazard 26, as the log shows it: a failure recorded as a success."""

from __future__ import annotations

from typing import Any

from tests.analysis.hazards.corpus.recording import negative, positive
from tests.analysis.hazards.corpus.telling import activity, answer, call, dbos_step
from tests.story import RunStory, Story


def goes_on(run: RunStory, name: str, result: Any, kind: str = "write") -> None:
    """A step returns this, and the run goes on as if nothing had happened."""
    run.step(name, kind=kind, args=[run.run_id]).completed(result)
    run.step("next_thing", kind="write").completed("done")
    run.completed()


@positive(26)
def a_map_with_an_error(story: Story) -> None:
    goes_on(story.run("order-1"), "charge", {"error": "card_declined"})


@positive(26)
def status_five_hundred(story: Story) -> None:
    goes_on(story.run("order-2"), "reserve", {"status": 500, "body": "Internal Server Error"})


@positive(26)
def status_code_of_a_gateway(story: Story) -> None:
    goes_on(story.run("fn-1", workflow="resize"), "invoke", {"statusCode": 502, "body": "Bad Gateway"})


@positive(26)
def not_ok(story: Story) -> None:
    goes_on(story.run("chat-1", workflow="notify"), "post_message", {"ok": False, "error": "channel_not_found"})


@positive(26)
def graphql_errors(story: Story) -> None:
    result = {"data": None, "errors": [{"message": "not authorized", "path": ["user"]}]}
    goes_on(story.run("gql-1", workflow="profile"), "query_user", result, "read")


@positive(26)
def lambda_function_error(story: Story) -> None:
    result = {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": '{"errorMessage": "timeout"}'}
    goes_on(story.run("fn-2", workflow="resize"), "invoke", result)


@positive(26)
def exception_as_text(story: Story) -> None:
    goes_on(story.run("etl-1", workflow="etl"), "load", {"exception": "KeyError: 'id'", "rows": 0})


@positive(26)
def answered_503_and_cached(story: Story) -> None:
    run = story.run("fx-1", workflow="convert")
    call(run, "GET", "https://fx.acme.test/rates").completed(answer("Service Unavailable", 503))
    call(run, "POST", "https://bank.acme.test/trades", {"sum": 4}, idempotency_key="fx-1").completed(answer({"id": 1}))
    run.completed()


@positive(26)
def success_false(story: Story) -> None:
    goes_on(story.run("sms-1", workflow="sms"), "send", {"success": False, "message": "number unknown"})


@positive(26)
def error_with_a_code(story: Story) -> None:
    goes_on(story.run("s3-1", workflow="copy"), "copy", {"Error": {"Code": "AccessDenied", "Message": "Access Denied"}})


@positive(26, engine="temporal")
def temporal_activity_returned_its_error(story: Story) -> None:
    run = story.run("wf-1", workflow="OrderWorkflow")
    activity(run, "Charge", 9).completed({"error": "insufficient funds"})
    activity(run, "Ship", 9).completed("p-1")
    run.completed()


@positive(26, engine="dbos")
def dbos_step_returned_its_error(story: Story) -> None:
    run = story.run("dbos-1", workflow="order")
    dbos_step(run, "charge", {"error": {"type": "card_error", "message": "declined"}})
    dbos_step(run, "ship", "p-1")
    run.completed()


@positive(26)
def error_message_and_no_result(story: Story) -> None:
    goes_on(story.run("ocr-1", workflow="scan"), "ocr", {"text": None, "error": "unsupported format"}, "pure")


@positive(26)
def http_401_as_a_result(story: Story) -> None:
    goes_on(story.run("crm-1", workflow="sync"), "push_lead", {"status_code": 401, "json": {"detail": "expired"}})


@positive(26)
def one_bad_of_a_gather(story: Story) -> None:
    run = story.run("trip-1", workflow="trip")
    calls = [run.step("ask", kind="read", args=[who]).started() for who in ("air", "rail")]
    calls[1].completed({"error": "timeout", "price": None})
    calls[0].completed({"price": 90})
    run.step("book", kind="write", args=["rail"]).completed()
    run.completed()


@positive(26)
def lambda_that_raised(story: Story) -> None:
    result = {"errorMessage": "division by zero", "errorType": "ZeroDivisionError", "stackTrace": ["f.py:3"]}
    goes_on(story.run("fn-3", workflow="resize"), "invoke", result)


@positive(26)
def lambda_payload_that_is_an_error(story: Story) -> None:
    result = {"StatusCode": 200, "Payload": '{"errorMessage": "Task timed out after 3.00 seconds"}'}
    goes_on(story.run("fn-4", workflow="resize"), "invoke", result)


@positive(26)
def gateway_reply_with_text(story: Story) -> None:
    result = {"statusCode": 500, "headers": {}, "body": '{"message": "Internal server error"}'}
    goes_on(story.run("fn-5", workflow="resize"), "call_gateway", result)


@positive(26)
def reply_is_json_text_with_an_error(story: Story) -> None:
    goes_on(story.run("bank-1", workflow="pay_out"), "transfer", '{"error": {"code": "insufficient_funds"}}')


@positive(26)
def payment_failed_for_a_reason(story: Story) -> None:
    result = {"id": "pi_1", "payment_error": {"code": "card_declined", "decline_code": "stolen_card"}}
    goes_on(story.run("order-3"), "charge", result)


@positive(26)
def oauth_error_description(story: Story) -> None:
    result = {"error_description": "The refresh token is expired", "error_uri": "https://auth.acme.test/e/7"}
    goes_on(story.run("crm-2", workflow="sync"), "log_in", result, "read")


@positive(26)
def has_errors(story: Story) -> None:
    result = {"hasErrors": True, "results": [{"id": 1, "success": False}]}
    goes_on(story.run("crm-3", workflow="sync"), "upsert", result)


@positive(26)
def failure_reason_of_a_job(story: Story) -> None:
    result = {"jobId": "j-1", "failureReason": "AlgorithmError: out of memory"}
    goes_on(story.run("ml-1", workflow="train"), "run_job", result)


# --- near misses -----------------------------------------------------------------------------------------------


@negative(26)
def error_is_none(story: Story) -> None:
    goes_on(story.run("order-10"), "charge", {"id": "ch_1", "error": None})


@negative(26)
def error_is_false(story: Story) -> None:
    goes_on(story.run("order-11"), "charge", {"id": "ch_1", "error": False})


@negative(26)
def no_errors_in_the_list(story: Story) -> None:
    goes_on(story.run("gql-10", workflow="profile"), "query_user", {"data": {"id": 1}, "errors": []}, "read")


@negative(26)
def created(story: Story) -> None:
    goes_on(story.run("order-12"), "create", {"status": 201, "body": {"id": 4}})


@negative(26)
def rate_of_errors(story: Story) -> None:
    goes_on(story.run("slo-10", workflow="slo"), "metrics", {"error_rate": 0.02, "error_count": 0, "p99": 0.4}, "read")


@negative(26)
def a_step_that_failed_properly(story: Story) -> None:
    run = story.run("order-13")
    run.step("charge", kind="write").failed("CardDeclined", definite=True)
    run.step("apologise", kind="write").completed()
    run.completed()


@negative(26)
def seen_and_raised(story: Story) -> None:
    run = story.run("order-14")
    run.step("charge", kind="write").completed({"error": "card_declined"})
    run.failed("PaymentRefused", "card_declined")


@negative(26)
def alerts_as_the_thing_asked_for(story: Story) -> None:
    alerts = [{"severity": "error", "name": "DiskFull"}, {"severity": "warning", "name": "CpuHigh"}]
    goes_on(story.run("ops-10", workflow="triage_alerts"), "open_alerts", alerts, "read")


@negative(26)
def nothing_to_return(story: Story) -> None:
    goes_on(story.run("mail-10", workflow="mail"), "send_mail", None)


@negative(26)
def a_text_about_errors(story: Story) -> None:
    goes_on(story.run("doc-10", workflow="translate"), "translate", "Errors and how to avoid them", "pure")


@negative(26)
def ok_and_success(story: Story) -> None:
    goes_on(story.run("chat-10", workflow="notify"), "post_message", {"ok": True, "success": True, "ts": "17.4"})


@negative(26)
def three_hundred_seats(story: Story) -> None:
    goes_on(story.run("hall-10", workflow="hall"), "seats", {"count": 500, "free": 404}, "read")


@negative(26, engine="temporal")
def temporal_fine(story: Story) -> None:
    run = story.run("wf-10", workflow="OrderWorkflow")
    activity(run, "Charge", 9).completed({"id": "ch_1", "error": ""})
    activity(run, "Ship", 9).completed("p-1")
    run.completed()


@negative(26)
def answered_two_hundred(story: Story) -> None:
    run = story.run("fx-10", workflow="convert")
    call(run, "GET", "https://fx.acme.test/rates").completed(answer({"rate": 1.08}))
    call(run, "DELETE", "https://fx.acme.test/cache").completed(answer(None, 204))
    run.completed()


@negative(26)
def exit_code_of_nought(story: Story) -> None:
    goes_on(story.run("ci-10", workflow="ci"), "run_tests", {"returncode": 0, "stderr": "1 warning", "errors": 0})


@negative(26)
def function_error_is_empty(story: Story) -> None:
    result = {"StatusCode": 200, "FunctionError": None, "Payload": '{"url": "s3://b/1.png"}'}
    goes_on(story.run("fn-10", workflow="resize"), "invoke", result)


@negative(26)
def error_of_the_try_before(story: Story) -> None:
    result = {"state": "running", "last_error": "timeout", "previousFailure": "busy"}
    goes_on(story.run("job-10", workflow="batch"), "job_status", result, "read")


@negative(26)
def what_to_do_on_an_error(story: Story) -> None:
    result = {"on_error": "stop", "ignore_errors": True, "error_handler": "dead-letter", "max_errors": 3}
    goes_on(story.run("cfg-10", workflow="deploy"), "load_settings", result, "read")


@negative(26)
def errors_of_a_measurement(story: Story) -> None:
    result = {"mean_squared_error": 0.02, "standard_error": 0.11, "value": 7.4, "error": 0.03}
    goes_on(story.run("ml-10", workflow="train"), "evaluate", result, "pure")


@negative(26)
def text_that_holds_json_and_no_error(story: Story) -> None:
    goes_on(story.run("bank-10", workflow="pay_out"), "transfer", '{"id": "t-1", "error": null, "errors": []}')


@negative(26)
def where_errors_are_sent(story: Story) -> None:
    result = {"error_email": "ops@acme.test", "error_page": "/oops.html", "fault_tolerance": "high"}
    goes_on(story.run("cfg-11", workflow="deploy"), "site_settings", result, "read")


@negative(26)
def has_no_errors(story: Story) -> None:
    goes_on(story.run("crm-10", workflow="sync"), "upsert", {"hasErrors": False, "isError": False, "results": [1]})
