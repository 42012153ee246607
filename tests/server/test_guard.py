"""Who may come in: every route wants a login, the XSRF token and permission, whatever the method."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from jupyter_server.auth import Authorizer, User

from tests.server.served import PATIENCE_SECONDS, ROUTES, TOKEN, Server, served, server
from workbench.debugger.framing import MAGIC

__all__ = ["server"]

pytestmark = pytest.mark.xdist_group("server")

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
BODIES: dict[str, Any] = {
    "ask": {"path": "shop.wlog", "question": {"ask": "hello"}},
    "workspace": None,
    "notebook": {"path": "shop.wlog"},
}
Comes = Callable[[Server], tuple[requests.Session, dict[str, str]]]


def nobody(server: Server) -> tuple[requests.Session, dict[str, str]]:
    del server
    return requests.Session(), {}


def with_a_bad_token(server: Server) -> tuple[requests.Session, dict[str, str]]:
    del server
    return requests.Session(), {"Authorization": f"token {TOKEN}0"}


def with_an_empty_token(server: Server) -> tuple[requests.Session, dict[str, str]]:
    del server
    return requests.Session(), {"Authorization": "token "}


def with_a_made_up_cookie(server: Server) -> tuple[requests.Session, dict[str, str]]:
    port = server.url.rpartition(":")[2].partition("/")[0]
    return requests.Session(), {
        "Cookie": f'_xsrf=2|a|b|1; username-127-0-0-1-{port}="2|1:0|10:1|4:user|4:cm9v|00"',
        "X-XSRFToken": "2|a|b|1",
    }


def without_xsrf(server: Server) -> tuple[requests.Session, dict[str, str]]:
    return server.logged_in(), {}


def with_a_wrong_xsrf(server: Server) -> tuple[requests.Session, dict[str, str]]:
    return server.logged_in(), {"X-XSRFToken": "2|deadbeef|deadbeef|1"}


def from_another_page(server: Server) -> tuple[requests.Session, dict[str, str]]:
    return server.logged_in(), {"Referer": "http://evil.example/page"}


def from_another_origin(server: Server) -> tuple[requests.Session, dict[str, str]]:
    session = server.logged_in()
    return session, {"X-XSRFToken": str(session.cookies["_xsrf"]), "Origin": "http://evil.example"}


def under_another_name(server: Server) -> tuple[requests.Session, dict[str, str]]:
    """As a page would that has its own name point here (DNS rebinding)."""
    del server
    return requests.Session(), {"Authorization": f"token {TOKEN}", "Host": "evil.example"}


STRANGERS: list[Comes] = [
    nobody, with_a_bad_token, with_an_empty_token, with_a_made_up_cookie, without_xsrf, with_a_wrong_xsrf,
    from_another_page, from_another_origin, under_another_name,
]  # fmt: skip


def sends(server: Server, comes: Comes) -> Callable[[str, str], requests.Response]:
    """Sends requests of this one, by method and route."""
    session, headers = comes(server)

    def send(method: str, route: str) -> requests.Response:
        address, body = server.address(route), BODIES[route]
        return session.request(method, address, json=body, headers=headers, timeout=PATIENCE_SECONDS)

    return send


@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda comes: comes.__name__)
@pytest.mark.parametrize("route", ROUTES)
def test_strangers_are_refused_whatever_they_do(server: Server, route: str, stranger: Comes) -> None:
    send = sends(server, stranger)
    for method in METHODS:
        found = send(method, route)
        assert found.status_code in {403, 404, 405}, method
        assert "evil" not in found.headers.get("Access-Control-Allow-Origin", "")
        assert MAGIC not in found.content
        assert "recordings" not in found.text
    assert not list(server.root.glob("*.ipynb"))


def friend(server: Server) -> tuple[requests.Session, dict[str, str]]:
    session = server.logged_in()
    return session, {"X-XSRFToken": str(session.cookies["_xsrf"]), "Origin": server.url.removesuffix("/here")}


def friend_with_the_token(server: Server) -> tuple[requests.Session, dict[str, str]]:
    del server
    return requests.Session(), {"Authorization": f"token {TOKEN}"}


@pytest.mark.parametrize("comes", [friend, friend_with_the_token], ids=lambda comes: comes.__name__)
def test_friends_are_answered_and_nothing_else_is_there(server: Server, comes: Comes) -> None:
    send = sends(server, comes)
    for (route, right), method in itertools.product(ROUTES.items(), METHODS):
        if route != "notebook" or method != right:  # which writes; test_notebook asks it
            found = send(method, route)
            assert found.status_code == (200 if method == right else 405), (route, method)


def test_a_page_of_this_server_may_read_the_list_by_its_referer(server: Server) -> None:
    headers = {"Referer": f"{server.url}/lab"}
    found = server.logged_in().get(server.address("workspace"), headers=headers, timeout=PATIENCE_SECONDS)
    assert found.status_code == 200


def test_refusals_of_jupyter_have_the_shape_of_our_errors(server: Server) -> None:
    for found in (sends(server, without_xsrf)("POST", "ask"), sends(server, friend)("PUT", "ask")):
        assert found.headers["Content-Type"] == "application/json"
        body = found.json()
        assert body.keys() == {"error", "message"}
        assert body["error"].keys() == {"name", "message", "hint"}
        assert body["message"]


def test_no_answer_is_kept_or_guessed_at(server: Server) -> None:
    found = server.send("POST", "ask", BODIES["ask"])
    assert found.headers["Cache-Control"] == "no-store"
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in found.headers["Content-Security-Policy"]
    assert found.headers["Content-Type"] == "application/octet-stream"


class OnlyReads(Authorizer):
    """Lets everybody read what the extension calls its own, and nothing else."""

    def is_authorized(self, handler: Any, user: User, action: str, resource: str) -> bool:
        del handler, user
        return (action, resource) == ("read", "durable-workbench")


def test_what_the_authorizer_says_holds(tmp_path: Path) -> None:
    with served(tmp_path, f"--ServerApp.authorizer_class={__name__}.OnlyReads") as reading:
        assert reading.send("POST", "ask", BODIES["ask"]).status_code == 200
        assert reading.send("GET", "workspace").status_code == 200
        assert reading.send("POST", "notebook", BODIES["notebook"]).status_code == 403
        assert not list(reading.root.glob("*.ipynb"))
