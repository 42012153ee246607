"""A path leads to a recording inside of the root, or nowhere; and what lies outside is never read."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

from tests.server.served import Server, record, served
from workbench._errors import LogNotFoundError, NotAllowedError, UsageError
from workbench.server.place import Root

pytestmark = pytest.mark.xdist_group("server")

CANARY = "canary-7f3a"
OUTSIDE = "/OUTSIDE"
"""Stands for the folder that the root lies in."""

TRICKS: list[Any] = [
    # up and away
    "../canary.wlog", "../../canary.wlog", "sub/../../canary.wlog", "sub/../../root/../canary.wlog", "..", "../", ".",
    "./", "./shop.wlog", "sub/./shop.wlog", "sub/../shop.wlog", "./../canary.wlog", ".../canary.wlog",
    "....//canary.wlog", "..././canary.wlog", "..;/canary.wlog", " ../canary.wlog", "../ canary.wlog",
    "../root-sibling/canary.wlog", "../root/shop.wlog", "sub/..", "sub/../..", "../root",
    # encoded, once and twice: a path in JSON is not decoded again
    "%2e%2e/canary.wlog", "%2e%2e%2fcanary.wlog", "..%2fcanary.wlog", "%252e%252e/canary.wlog", "..%c0%afcanary.wlog",
    "%2e%2e%5ccanary.wlog", "..%00/canary.wlog", "&#46;&#46;/canary.wlog", "\u2025/canary.wlog",
    "\uff0e\uff0e/canary.wlog", "..\u2215canary.wlog", "..\uff0fcanary.wlog", "..\u2044canary.wlog",
    # absolute, drives, URLs
    f"{OUTSIDE}/canary.wlog", f"/{OUTSIDE}/canary.wlog", f"//{OUTSIDE}/canary.wlog", f"{OUTSIDE}/root/shop.wlog",
    f"sub/{OUTSIDE}/canary.wlog", "/shop.wlog", "//shop.wlog", "/etc/passwd", "~/canary.wlog", "~root/canary.wlog",
    f"file://{OUTSIDE}/canary.wlog", f"file:{OUTSIDE}/canary.wlog", f"sqlite://{OUTSIDE}/canary.wlog",
    f"sqlite:///{OUTSIDE}/canary.wlog", "http://127.0.0.1:9/canary.wlog", "memory://canary.wlog", "C:/canary.wlog",
    "C:canary.wlog", "//server/share/canary.wlog", "$HOME/canary.wlog", "${PWD}/shop.wlog", "`pwd`/shop.wlog",
    # backslashes
    "..\\canary.wlog", "sub\\..\\..\\canary.wlog", "\\\\server\\share\\canary.wlog", "C:\\canary.wlog",
    "sub\\shop.wlog", "\\\\?\\C:\\canary.wlog", "back\\slash.wlog",
    # NUL, controls, text that is none
    "shop.wlog\0", "\0", "../canary.wlog\0.wlog", "shop.wlog\0/../../canary.wlog", "shop.wlog\n", "\rshop.wlog",
    "shop.wlog\t", "\ud800.wlog", "shop\udc80.wlog", "../\udcffcanary.wlog", "\u202eshop.wlog", "\ufeffshop.wlog",
    # empty names, too long ones, other names for what is there
    "", " ", "/", "//", "sub//shop.wlog", "shop.wlog/", "shop.wlog//", "shop.wlog/.", "shop.wlog/..",
    "shop.wlog/../shop.wlog", "SHOP.WLOG", "Shop.wlog", "shop.wlog ", " shop.wlog", "shop.wlog.", "shop.wlog::$DATA",
    "shop?.wlog", "sh*p.wlog", "*.wlog", "[s]hop.wlog", "{shop,x}.wlog", "**/shop.wlog", "cafe\u0301.wlog",
    "a" * 300, "a/" * 3_000 + "a", "../" * 2_000 + "canary.wlog", "CON", "absent.wlog", "absent/shop.wlog",
    # links, and what is no file
    "link-out.wlog", "link-abs.wlog", "link-chain.wlog", "link-loop.wlog", "link-nowhere.wlog", "dirlink/canary.wlog",
    "dirlink/../canary.wlog", "link-up/canary.wlog", "link-hidden.wlog", "link-environ.wlog", "link-zero.wlog",
    "link-fd.wlog", "fifo.wlog", "socket.wlog", "sub", "sub/", "link-root/../canary.wlog", "link-fifo.wlog",
    # hidden
    ".hidden.wlog", ".hid/shop.wlog", "sub/.hidden.wlog", ".ipynb_checkpoints/shop.wlog",
    # what SQLite opens beside a database without being asked
    "wal.sqlite", "fifo.sqlite", "shm.sqlite",
    # no text at all
    None, True, 0, 1.5, [], ["shop.wlog"], {}, {"path": "shop.wlog"},
]  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose root is full of traps, and beside it what must not be read: real recordings, with a canary."""
    home = tmp_path_factory.mktemp("tricks")
    root = home / "root"
    for folder in (root / "sub", root / ".hid", root / ".ipynb_checkpoints", home / "root-sibling"):
        folder.mkdir(parents=True)
    for outside in (home, home / "root-sibling"):
        record(outside / "canary.wlog", CANARY)
    for hidden in (".hidden.wlog", ".hid/shop.wlog", "sub/.hidden.wlog", ".ipynb_checkpoints/shop.wlog"):
        record(root / hidden, CANARY)
    record(root / "back\\slash.wlog", CANARY)
    for inside in ("sub/shop.wlog", "caf\u00e9.wlog", 'odd "name" & <b>.wlog', "a[1].wlog", "%2e.wlog"):
        record(root / inside, "one")
    _links(root, home)
    _databases(root)
    with served(home) as running, socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(root / "socket.wlog"))
        yield running


def _links(root: Path, home: Path) -> None:
    links = {
        "link-out.wlog": "../canary.wlog", "link-abs.wlog": str(home / "canary.wlog"),
        "link-chain.wlog": "link-out.wlog", "link-loop.wlog": "link-loop.wlog", "link-nowhere.wlog": "nowhere.wlog",
        "dirlink": "../root-sibling", "link-up": "..", "link-hidden.wlog": ".hidden.wlog", "link-root": ".",
        "link-environ.wlog": "/proc/self/environ", "link-zero.wlog": "/dev/zero", "link-fd.wlog": "/proc/self/fd/0",
        "link-fifo.wlog": "fifo.wlog", "inside.wlog": "sub/shop.wlog",
    }  # fmt: skip
    for name, target in links.items():
        (root / name).symlink_to(target)
    os.mkfifo(root / "fifo.wlog")


def _databases(root: Path) -> None:
    """Databases in WAL mode, by their headers, whose `-wal` is a trap."""
    head = b"SQLite format 3\0" + b"\x10\x00\x02\x02" + bytes(80)
    for name in ("wal", "fifo", "shm"):
        (root / f"{name}.sqlite").write_bytes(head)
    (root / "wal.sqlite-wal").symlink_to("../canary.wlog")
    os.mkfifo(root / "fifo.sqlite-wal")
    (root / "shm.sqlite-shm").symlink_to("../canary.wlog")


def trick_name(trick: Any) -> str:
    return ascii(trick)[:40]


def test_there_are_many_tricks_and_no_two_are_the_same() -> None:
    assert len({repr(trick) for trick in TRICKS}) == len(TRICKS) >= 80


@pytest.mark.parametrize("trick", TRICKS, ids=trick_name)
def test_a_trick_is_refused_and_the_canary_never_read(server: Server, trick: Any) -> None:
    path = trick.replace(OUTSIDE, str(server.root.parent)) if isinstance(trick, str) else trick
    before = {outside: outside.stat().st_atime_ns for outside in server.root.parent.rglob("canary.wlog")}
    answers = [
        server.send("POST", "ask", {"path": path, "question": {"ask": "runs"}}),
        server.send("POST", "notebook", {"path": path}),
    ]
    for found in answers:
        assert found.status_code in {400, 404}, found.text
        assert found.json().keys() == {"error", "message"}
        assert CANARY not in found.text
        assert str(server.root.parent) not in found.text or trick.startswith(("/", "sub/", "file", "sqlite"))
    assert before == {outside: outside.stat().st_atime_ns for outside in before}
    assert not list(server.root.parent.rglob("*.ipynb"))


FOLDERS = ["..", "../root-sibling", "/", "/etc", ".", "./", "sub/..", "sub/", "//", "dirlink", "link-up", ".hid",
           "absent", "shop.wlog", "sub\\..", "sub\0", "fifo.wlog", "~", "link-loop.wlog",
           "link-up/root-sibling"]  # fmt: skip


@pytest.mark.parametrize("folder", FOLDERS, ids=trick_name)
def test_a_folder_is_inside_too(server: Server, folder: str) -> None:
    found = server.send("GET", "workspace", params={"folder": folder})
    assert found.status_code in {400, 404}, found.text
    assert CANARY not in found.text


def test_the_list_of_the_root_holds_what_is_inside_and_seen(server: Server) -> None:
    found = server.send("GET", "workspace", params={"folder": ""}).json()
    assert {row["path"] for row in found["recordings"] if row["problem"]} == {"back\\slash.wlog"}
    assert {row["path"] for row in found["recordings"] if not row["problem"]} == {
        "shop.wlog", "sub/shop.wlog", "caf\u00e9.wlog", 'odd "name" & <b>.wlog', "a[1].wlog", "%2e.wlog", "inside.wlog",
    }  # fmt: skip
    assert found["left_off"] == 0


@pytest.mark.parametrize(
    "path", ["shop.wlog", "sub/shop.wlog", "caf\u00e9.wlog", 'odd "name" & <b>.wlog', "a[1].wlog", "%2e.wlog"]
)
def test_a_path_as_the_file_browser_shows_it_is_opened(server: Server, path: str) -> None:
    assert server.ask(path, "runs")["run_ids"] == ["one"]


def test_a_link_inside_of_the_root_is_followed(server: Server) -> None:
    assert server.ask("inside.wlog", "runs")["run_ids"] == ["one"]


def test_a_root_that_is_a_link_is_where_it_leads(tmp_path: Path) -> None:
    record(tmp_path / "real" / "shop.wlog", "one")
    (tmp_path / "named").symlink_to("real")
    place = Root(tmp_path / "named").file("shop.wlog")
    assert place.file == tmp_path / "real" / "shop.wlog"


def test_hidden_files_are_served_where_the_contents_manager_serves_them(tmp_path: Path) -> None:
    record(tmp_path / ".hidden.wlog", "one")
    assert Root(tmp_path, allow_hidden=True).file(".hidden.wlog").path == ".hidden.wlog"
    with pytest.raises(LogNotFoundError):
        Root(tmp_path).file(".hidden.wlog")


def test_a_hidden_root_hides_nothing(tmp_path: Path) -> None:
    record(tmp_path / ".home" / "shop.wlog", "one")
    assert Root(tmp_path / ".home").file("shop.wlog").size > 0


def test_a_file_that_was_replaced_meanwhile_is_another(tmp_path: Path) -> None:
    root = Root(tmp_path)
    place = root.file(record(tmp_path / "shop.wlog", "one").name)
    assert root.again(place).identity == place.identity
    record(tmp_path / "other.wlog", "two").replace(tmp_path / "shop.wlog")
    with pytest.raises(LogNotFoundError, match="replaced"):
        root.again(place)


def test_a_link_that_was_put_in_its_place_is_refused(tmp_path: Path) -> None:
    root = Root(tmp_path / "root")
    place = root.file(record(tmp_path / "root" / "shop.wlog", "one").name)
    place.file.rename(tmp_path / "shop.wlog")
    place.file.symlink_to(tmp_path / "shop.wlog")  # the same file, now outside
    with pytest.raises(LogNotFoundError):
        root.again(place)


class Bucket:
    """A contents manager whose files lie in no folder."""

    root_dir = "bucket/prefix"
    allow_hidden = True


def test_files_that_lie_in_no_folder_are_not_served() -> None:
    with pytest.raises(NotAllowedError, match="folder"):
        Root.of(Bucket())


def test_the_root_is_that_of_the_contents_manager(tmp_path: Path) -> None:
    record(tmp_path / ".hidden.wlog", "one")
    manager = AsyncLargeFileManager(root_dir=str(tmp_path), allow_hidden=True)
    assert Root.of(manager).file(".hidden.wlog").file == tmp_path / ".hidden.wlog"


def test_a_path_says_how_paths_are_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        Root(tmp_path).file("/shop.wlog")
    assert "as the file browser shows it" in caught.value.hint
