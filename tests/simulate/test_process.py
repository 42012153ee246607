"""The life of the shop's process: it starts, it is killed and comes back, and it never stays behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.simulate.scenery import CHARGE, CREDENTIALS, call, connect, receive, send
from workbench.simulate.faults import FaultKind, FaultPlan, FaultRule
from workbench.simulate.ledger import Ledger, charged_cents, digest
from workbench.simulate.process import ShopError, running_shop

KEY = {"Idempotency-Key": "charge/order-42"}
HOLD_REPLY = FaultPlan((FaultRule("payment", FaultKind.HOLD_REPLY, method="POST"),))


def test_a_shop_that_was_killed_comes_back_as_it_was(tmp_path: Path) -> None:
    with running_shop(tmp_path, stock={"sku-7": 2}, seed=3) as shop:
        _, token = call(shop, "POST", "/token", CREDENTIALS)
        bearer = {"Authorization": f"Bearer {token['access_token']}"}
        _, charge = call(shop, "POST", "/charges", CHARGE, KEY)
        call(shop, "POST", "/stock/sku-7/reservations", {"order": "order-42", "quantity": 2})
        call(shop, "PUT", "/subscriptions/ann", {"until": "2027-01-31"}, bearer)
        os.kill(shop.pid, signal.SIGKILL)
        shop.kill()
    before = digest(shop.ledger_path)
    with running_shop(tmp_path, stock={"sku-7": 2}, seed=3) as shop:
        assert call(shop, "GET", "/charges?idempotency_key=charge/order-42") == (200, [charge])
        assert call(shop, "GET", "/stock/sku-7") == (200, {"sku": "sku-7", "available": 0})
        # The token still holds: the issuer kept its secret.
        assert call(shop, "GET", "/subscriptions/ann", headers=bearer)[0] == 200
        assert call(shop, "POST", "/charges", CHARGE, KEY) == (201, charge)
        assert digest(shop.ledger_path) == before
        assert call(shop, "POST", "/charges", CHARGE)[1]["id"] == "ch_3_0002"


def test_killed_between_effect_and_reply_the_effect_has_happened(tmp_path: Path) -> None:
    with running_shop(tmp_path, faults=HOLD_REPLY) as shop:
        connection = connect(shop)
        send(connection, "POST", "/charges", CHARGE, KEY)
        shop.held(at_least=1)
        shop.kill()
        with pytest.raises(ConnectionError):
            receive(connection)
        connection.close()
    with running_shop(tmp_path) as shop:
        assert call(shop, "POST", "/charges", CHARGE, KEY)[0] == 201
        assert charged_cents(shop.ledger(), "order-42") == 4200


def test_a_torn_last_line_is_reported_and_the_shop_goes_on(tmp_path: Path) -> None:
    with running_shop(tmp_path) as shop:
        call(shop, "POST", "/charges", CHARGE)
        call(shop, "POST", "/charges", CHARGE)
    content = shop.ledger_path.read_bytes()
    shop.ledger_path.write_bytes(content[:-7])
    with running_shop(tmp_path) as shop:
        assert shop.torn_bytes == len(content.splitlines()[1]) + 1 - 7
        assert len(call(shop, "GET", "/charges")[1]) == 1
        call(shop, "POST", "/charges", CHARGE)
    assert len(Ledger.read(shop.ledger_path)) == 2


def test_a_rotten_ledger_stops_the_start_with_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "ledger.jsonl").write_text("rot\n")
    with pytest.raises(ShopError, match="line 1"), running_shop(tmp_path):
        pass


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--faults", "[7]"], "$[0]"),
        (["--faults", "["], "not JSON"),
        (["--token-lifetime", "0"], "at least 1 second"),
        (["--stock", "["], "not JSON"),
        (["--stock", '{"sku-7": -1}'], "whole numbers"),
        (["--knobs", '{"weather": 1}'], "weather"),
        (["--knobs", '{"purchases": [[1]]}'], "--knobs must be"),
        (["--folder", "/dev/null/shop"], "Not a directory"),
    ],
)
def test_wrong_options_end_with_code_2(tmp_path: Path, arguments: list[str], said: str) -> None:
    command = [sys.executable, "-m", "workbench.simulate.shop", "--folder", str(tmp_path), *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20, cwd=_root())
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_others_buy_and_providers_break_in_a_process_too_and_over_its_death(tmp_path: Path) -> None:
    knobs = {
        "purchases": [[0, "sku-7", 2]], "flags": {"new": False}, "switches": [[0, "new", True]],
        "charge_errors": {"1": 500},
    }  # fmt: skip
    with running_shop(tmp_path, knobs=knobs) as shop:
        assert call(shop, "GET", "/stock/sku-7")[1]["available"] == 1
        assert call(shop, "GET", "/flags/new")[1]["on"] is True
        assert call(shop, "POST", "/charges", CHARGE)[0] == 500
        assert call(shop, "GET", "/clock")[0] == 200
        shop.kill()
    with running_shop(tmp_path, knobs=knobs) as shop:
        assert call(shop, "GET", "/stock/sku-7")[1]["available"] == 1
        assert call(shop, "POST", "/charges", CHARGE)[0] == 201


def test_a_second_shop_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    with (
        running_shop(tmp_path) as shop,
        pytest.raises(ShopError, match="another shop"),
        running_shop(tmp_path),
    ):
        pass
    assert Ledger.read(shop.ledger_path) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_when_told_even_while_it_holds_a_request(tmp_path: Path, number: signal.Signals) -> None:
    with running_shop(tmp_path, faults=HOLD_REPLY) as shop:
        connection = connect(shop)
        send(connection, "POST", "/charges", CHARGE)
        shop.held(at_least=1)
        os.kill(shop.pid, number)
        with pytest.raises(ConnectionError):
            receive(connection)
        connection.close()
        assert shop.stop() == 0
    assert _is_gone(shop.pid)


def test_it_ends_at_once_while_it_delays_a_request_for_an_hour(tmp_path: Path) -> None:
    rule = FaultRule("payment", FaultKind.DELAY, delay_seconds=3600)
    with running_shop(tmp_path, faults=FaultPlan((rule,))) as shop:
        connection = connect(shop)
        send(connection, "POST", "/charges", CHARGE)
        assert shop.stop() == 0
        with pytest.raises(ConnectionError):
            receive(connection)
        connection.close()
    assert shop.ledger() == []


def test_a_shop_that_does_not_listen_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.simulate.process._STOP_SECONDS", 0.01)
    with running_shop(tmp_path) as shop:
        os.kill(shop.pid, signal.SIGSTOP)
    assert _is_gone(shop.pid)


def test_an_error_in_the_block_takes_the_shop_with_it(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), running_shop(tmp_path) as shop:
        _ = 1 / 0
    assert _is_gone(shop.pid)


def test_it_may_be_started_from_a_thread_that_ends(tmp_path: Path) -> None:
    context = running_shop(tmp_path)
    started = []
    thread = threading.Thread(target=lambda: started.append(context.__enter__()))
    thread.start()
    thread.join()
    try:
        assert call(started[0], "GET", "/stock/sku-1")[0] == 200
    finally:
        context.__exit__(None, None, None)


PARENT = """
import sys
from workbench.simulate.process import running_shop
with running_shop(sys.argv[1]) as shop:
    print(shop.url, flush=True)
    sys.stdin.read()
"""


def test_the_shop_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_root()) as parent:
        assert parent.stdout is not None
        connection = HTTPConnection(urlsplit(parent.stdout.readline().strip()).netloc, timeout=20)
        connection.request("GET", "/stock/sku-1")
        assert receive(connection)[0] == 200
        parent.kill()
        parent.wait()
    # The kernel closes the connection when the shop is gone, so reading it is waiting for that, without a poll.
    assert connection.sock.recv(1) == b""
    connection.close()
    with running_shop(tmp_path) as again:
        assert call(again, "GET", "/stock/sku-1")[0] == 200


def test_the_caller_finds_its_way_by_the_ready_line_alone(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "workbench.simulate.shop", "--folder", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=_root()) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert ready["pid"] == process.pid
        assert {"url", "pid", "control"} <= set(ready)
        process.terminate()
        assert process.stdout.read() == ""
        assert process.wait(20) == 0


def _root() -> Path:
    return Path(__file__).resolve().parents[2]


def _is_gone(pid: int) -> bool:
    """Whether there is no such process, not even a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
