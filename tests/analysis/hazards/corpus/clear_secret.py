"""Hazard 30: a secret stands in the log in clear."""

from __future__ import annotations

import uuid

from tests.analysis.hazards.corpus.recording import negative, positive
from tests.analysis.hazards.corpus.telling import HOUR, activity, answer, call, dbos_step, iso, jwt, opaque
from tests.story import Story
from workbench.model import EventType

# Written in two parts, so that no scanner takes this file for a leak.
STRIPE, PUBLISHABLE = "sk_" + "live_51Hx8QzLkP9vYtR3", "pk_" + "live_51Hx8QzLkP9vYtR3"
GITHUB, SLACK = "gh" + "p_9aB8cD7eF6gH5iJ4kL3mN2oP1qR0sT", "xox" + "b-2210535565-abcDEFghiJKL"
AWS_ID, GOOGLE = "AKIA" + "QX7PLM3NSKTWZUVB", "AI" + "zaSyD4kq8Zr2mXw7Tn5vB1cL9oPeUiYtRhGfQ"
CARD = "4111 1111 1111 1111"
PRIVATE = "-----BEGIN " + "PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END " + "PRIVATE KEY-----"
PUBLIC = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----"


@positive(30)
def jwt_in_a_result(story: Story) -> None:
    run = story.run("sync-1", workflow="sync")
    run.step("login", kind="read").completed({"value": jwt(story, HOUR)})
    run.completed()


@positive(30)
def password_of_a_new_user(story: Story) -> None:
    run = story.run("user-1", workflow="create_user", args=[{"name": "anna", "password": "correct-horse-9"}])
    run.completed()


@positive(30)
def key_of_the_payment_provider(story: Story) -> None:
    run = story.run("order-1")
    run.step("charge", kind="keyed", key="c/1", args=[STRIPE, 900]).completed("ch_1")
    run.completed()


@positive(30)
def key_of_a_cloud_in_an_error(story: Story) -> None:
    run = story.run("copy-1", workflow="copy")
    run.step("copy", kind="write").failed("AccessDenied", f"user {AWS_ID} may not write", definite=True)
    run.failed("AccessDenied")


@positive(30)
def token_of_a_forge_in_a_signal(story: Story) -> None:
    run = story.run("ci-1", workflow="ci")
    run.signal("credentials", {"checkout": GITHUB})
    run.completed()


@positive(30)
def bearer_header(story: Story) -> None:
    run = story.run("crm-1", workflow="crm")
    call(run, "GET", "https://crm.acme.test/leads", authorization=f"Bearer {opaque('b')}").completed(answer([]))
    run.completed()


@positive(30)
def card_number_in_a_body(story: Story) -> None:
    run = story.run("order-2")
    call(run, "POST", "https://pay.acme.test/charges", {"source": CARD}, idempotency_key="o-2").completed(answer({}))
    run.completed()


@positive(30)
def private_key_as_a_result(story: Story) -> None:
    run = story.run("tls-1", workflow="renew")
    run.step("make_key", kind="write").completed(PRIVATE)
    run.completed()


@positive(30)
def password_in_a_connection_string(story: Story) -> None:
    run = story.run("etl-1", workflow="etl")
    run.step("connect", kind="read", args=["postgres://etl:Tr0ub4dor@db.acme.test/etl"]).completed()
    run.completed()


@positive(30)
def bot_token_in_a_child(story: Story) -> None:
    run = story.run("chat-1", workflow="chat")
    run.child("notify", "chat-1/n").completed({"sent_with": SLACK})
    run.completed()


@positive(30, engine="temporal")
def temporal_input_with_an_access_token(story: Story) -> None:
    run = story.run("wf-1", workflow="SyncWorkflow")
    activity(run, "Pull", {"access_token": opaque("t")}).completed(4)
    run.completed()


@positive(30, engine="dbos")
def dbos_output_with_a_client_secret(story: Story) -> None:
    run = story.run("dbos-1", workflow="install")
    dbos_step(run, "register_app", {"client_id": "app-1", "client_secret": opaque("cs")})
    run.completed()


@positive(30)
def result_of_the_run(story: Story) -> None:
    run = story.run("key-1", workflow="issue_key")
    run.step("issue", kind="write").completed("ok")
    run.completed({"api_key": opaque("k")})


@positive(30)
def maps_key_in_a_url(story: Story) -> None:
    run = story.run("geo-1", workflow="geocode")
    call(run, "GET", f"https://maps.acme.test/geocode?address=Lisbon&key={GOOGLE}").completed(answer({"lat": 38.7}))
    run.completed()


@positive(30)
def deep_inside_a_list(story: Story) -> None:
    run = story.run("cfg-1", workflow="configure")
    services = [{"name": "db", "env": {"DB_PASSWORD": "hunter2-hunter2", "DB_USER": "app"}}]
    run.step("services", kind="read").completed(services)
    run.completed()


# --- near misses -----------------------------------------------------------------------------------------------


@negative(30, hidden=True)
def redacted_by_the_recorder(story: Story) -> None:
    run = story.run("sync-10", workflow="sync", args=[{"password": "correct-horse-9"}])
    run.step("login", kind="read").completed({"access_token": jwt(story, HOUR), "key": STRIPE})
    call(run, "GET", "https://crm.acme.test/leads", authorization=f"Bearer {opaque('b')}").completed(answer([]))
    run.completed()


@negative(30)
def ids_and_hashes(story: Story) -> None:
    run = story.run("build-10", workflow="build")
    commit, digest = opaque("commit"), "sha256:" + "9f86d081" * 8
    run.step("checkout", kind="read", args=[commit]).completed({"digest": digest, "run": str(uuid.UUID(int=2**100))})
    run.completed()


@negative(30)
def publishable_key(story: Story) -> None:
    run = story.run("page-10", workflow="page")
    run.step("render", kind="pure", args=[{"publishable": PUBLISHABLE}]).completed("<html>")
    run.completed()


@negative(30)
def tokens_that_only_say_where_to_go_on(story: Story) -> None:
    run = story.run("list-10", workflow="list")
    run.step("page", kind="read").completed({"items": [1], "next_page_token": opaque("n"), "continuation_token": "c-2"})
    run.completed()


@negative(30)
def tokens_of_a_language_model(story: Story) -> None:
    run = story.run("llm-10", workflow="llm")
    run.step("complete", kind="read", args=[{"max_tokens": 200}]).completed({"usage": {"total_tokens": 187}})
    run.completed()


@negative(30)
def about_passwords(story: Story) -> None:
    run = story.run("user-10", workflow="audit_user")
    run.step("user", kind="read").completed({"password_changed_at": iso(story, 0), "password": None, "mfa": True})
    run.completed()


@negative(30)
def long_number_that_is_no_card(story: Story) -> None:
    run = story.run("parcel-10", workflow="parcel")
    run.step("track", kind="read", args=["4111 1111 1111 1112"]).completed({"order": 1234567890123456})
    run.completed()


@negative(30)
def bearer_of_bad_news(story: Story) -> None:
    run = story.run("mail-10", workflow="mail")
    run.step("send", kind="write", args=["I am the bearer of bad news"]).completed()
    run.completed()


@negative(30)
def secret_santa(story: Story) -> None:
    run = story.run("party-10", workflow="party")
    run.step("draw", kind="pure").completed({"secret_santa": "bob", "author": "anna"})
    run.completed()


@negative(30)
def idempotency_keys(story: Story) -> None:
    run = story.run("order-10")
    run.step("charge", kind="keyed", key=opaque("idem"), args=[9]).completed({"id": "ch_3Nx8QzLkP9vYtR3"})
    run.completed()


@negative(30)
def public_key(story: Story) -> None:
    run = story.run("tls-10", workflow="renew")
    run.step("public_key", kind="read").completed(PUBLIC)
    run.completed()


@negative(30)
def a_small_picture(story: Story) -> None:
    run = story.run("img-10", workflow="thumbnail")
    run.step("shrink", kind="pure").completed("data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUA")
    run.completed()


@negative(30, engine="temporal")
def temporal_plain_input(story: Story) -> None:
    run = story.run("wf-10", workflow="OrderWorkflow")
    activity(run, "Charge", {"order": "o-1", "amount": 9}).completed({"id": "ch_1"})
    run.completed()


@negative(30, engine="dbos")
def dbos_plain_output(story: Story) -> None:
    run = story.run("dbos-10", workflow="order")
    dbos_step(run, "charge", {"id": "ch_1"})
    run.completed()


@negative(30)
def numbers_drawn(story: Story) -> None:
    run = story.run("draw-10", workflow="draw")
    run.drew(EventType.UuidDrawn, uuid.UUID(int=2**127 + 5))
    run.drew(EventType.RandomDrawn, 0.4111111111111111)
    run.completed()
