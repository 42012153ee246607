"""The index is a cache: with it everything reads as without it, and a wrong one is made again without a word."""

from __future__ import annotations

import builtins
import random
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import msgpack
import pytest

from tests.journal.logs import Pen, facts_of, make_log
from workbench._errors import RottenLogError, UndecodableError
from workbench.journal import Log, OpenMode, index, open_log, open_writer, reader
from workbench.journal.scan import Scan, scan
from workbench.model import EventType, position_text

pytest.importorskip("pyarrow")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    for module in (index, reader):
        monkeypatch.setattr(module, "INDEX_FROM", 1_000)
    return tmp_path / "cache" / "index"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "shop.wlog"
    make_log(path, 20_000, segments=2)
    return path


@pytest.fixture
def scans(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One element for each whole scan."""
    done: list[int] = []

    def counted(*args: Any) -> Scan:
        done.append(1)
        return scan(*args)

    monkeypatch.setattr(index, "scan", counted)
    return done


def same(one: Log, other: Log) -> bool:
    histories = one.history, other.history
    parts = [(h.columns, list(h.runs), list(h.names), list(h.tags), dict(h.sources), h.processes) for h in histories]
    return parts[0] == parts[1] and facts_of(histories[0]) == facts_of(histories[1]) and one.report == other.report


def the_file(cache: Path) -> Path:
    index.settle()
    [file] = cache.iterdir()
    return file


def test_the_second_opening_needs_no_scan_and_gives_the_same(log: Path, cache: Path, scans: list[int]) -> None:
    plain = open_log(log)
    assert same(open_log(log, index=True), plain)
    assert the_file(cache).stat().st_mode & 0o777 == 0o600
    assert same(open_log(log, index=True), plain)
    assert len(scans) == 1


@pytest.mark.parametrize("mode", OpenMode)
def test_a_log_that_grew_is_scanned_from_the_indexed_end_on(log: Path, scans: list[int], mode: OpenMode) -> None:
    open_log(log, index=True)
    for seed in range(3):
        writer = open_writer(log)
        Pen(writer, seed).fill(log.stat().st_size + 700)
        writer.close()
        assert same(open_log(log, mode, index=True), open_log(log, mode))
    assert len(scans) == 1


def test_a_tail_torn_since_is_seen(log: Path) -> None:
    open_log(log, index=True)
    log.write_bytes(log.read_bytes() + b"\x01\x02")
    opened = open_log(log, index=True)
    assert opened.report.torn
    assert same(opened, open_log(log))


def test_a_log_that_shrank_or_changed_at_its_end_is_scanned_again(log: Path, scans: list[int]) -> None:
    open_log(log, index=True)
    whole = log.read_bytes()
    log.write_bytes(whole[:-10])
    assert same(open_log(log, index=True), open_log(log))
    log.write_bytes(whole[:-3] + b"xyz")
    assert same(open_log(log, index=True), open_log(log))
    assert len(scans) == 3


def test_damage_to_a_definition_is_seen_in_spite_of_the_index(log: Path, scans: list[int]) -> None:
    open_log(log, index=True)
    raw = bytearray(log.read_bytes())
    raw[raw.index(b"charge_card")] ^= 1
    log.write_bytes(raw)
    assert same(open_log(log, "salvage", index=True), open_log(log, "salvage"))
    assert len(scans) == 2


def test_a_damaged_index_is_made_again(log: Path, cache: Path, scans: list[int]) -> None:
    plain = open_log(log)
    open_log(log, index=True)
    good = the_file(cache).read_bytes()
    draw = random.Random(3)
    broken = [good[:cut] for cut in (0, 5, 12, 100, len(good) - 1)]
    for _ in range(60):
        bad = bytearray(good)
        bad[draw.randrange(len(bad))] ^= 1 << draw.randrange(8)
        broken.append(bytes(bad))
    for raw in broken:
        the_file(cache).write_bytes(raw)
        assert same(open_log(log, index=True), plain)
    assert len(scans) == 1 + len(broken)


def reseal(cache: Path, change: Any) -> None:
    """Change the Arrow content of the index and make its checksum fit again: not damage but malice or a bug."""
    import msgpack
    import pyarrow as pa

    file = the_file(cache)
    batch = pa.ipc.open_file(pa.py_buffer(file.read_bytes()[64:])).get_batch(0)
    columns = {name: batch.column(name)[0].as_py() for name in batch.schema.names}
    types = {name: batch.schema.field(name).type for name in batch.schema.names}
    state = msgpack.unpackb(batch.schema.metadata[b"state"])
    change(columns, state)
    arrays = [pa.array([values], types[name]) for name, values in columns.items()]
    fresh = pa.record_batch(arrays, names=list(columns)).replace_schema_metadata({"state": msgpack.packb(state)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, fresh.schema) as writer:
        writer.write_batch(fresh)
    body = sink.getvalue().to_pybytes()
    file.write_bytes(index._head([body]) + body)


LIES: dict[str, Any] = {
    "offsets out of bounds": lambda columns, _: columns["offsets"].__setitem__(-1, 1 << 40),
    "offsets out of order": lambda columns, _: columns["offsets"].reverse(),
    "offset in a header": lambda columns, _: columns["offsets"].__setitem__(0, 3),
    "a column too short": lambda columns, _: columns["run"].pop(),
    "paths too long": lambda columns, _: columns["path_end"].__setitem__(-1, 1 << 40),
    "texts too long": lambda columns, _: columns["text_end"].__setitem__(-1, 1 << 40),
    "texts before the first": lambda columns, _: columns["text_end"].__setitem__(0, -1),
    "texts out of order": lambda columns, _: columns["text_end"].__setitem__(5, 1 << 40),
    "a text too few": lambda columns, _: columns["text_end"].pop(),
    "no text": lambda columns, _: columns["text_end"].clear(),
    "no ASCII": lambda columns, _: columns["text"].__setitem__(0, 0xFF),
    "a number too high": lambda columns, _: columns["seq"].__setitem__(-1, 1 << 60),
    "no header": lambda columns, _: columns["headers"].clear(),
    "a header elsewhere": lambda columns, _: columns["headers"].__setitem__(1, 500),
    "a note elsewhere": lambda columns, _: columns["own"].__setitem__(1, 1 << 50),
    "too many notes": lambda columns, _: columns["own"].append(1 << 50),
    "an end behind the file": lambda _, state: state.__setitem__("end", 1 << 50),
    "another last frame": lambda _, state: state.__setitem__("last_frame", 150),
    "a last frame before the file": lambda _, state: state.__setitem__("last_frame", -5),
    "another next number": lambda _, state: state.__setitem__("next_seq", 5),
    "text for a number": lambda _, state: state.__setitem__("end", "x"),
    "no state": lambda _, state: state.clear(),
}


@pytest.mark.parametrize("lie", LIES)
def test_an_index_that_lies_is_not_believed(log: Path, cache: Path, scans: list[int], lie: str) -> None:
    plain = open_log(log)
    open_log(log, index=True)
    reseal(cache, LIES[lie])
    assert same(open_log(log, index=True), plain)
    assert len(scans) == 2


def test_an_unchanged_index_passes_the_same_hands(log: Path, cache: Path, scans: list[int]) -> None:
    open_log(log, index=True)
    reseal(cache, lambda _columns, _state: None)
    assert same(open_log(log, index=True), open_log(log))
    assert len(scans) == 1


def test_a_folder_that_cannot_be_written_changes_nothing(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = open_log(log)
    monkeypatch.setenv("WORKBENCH_CACHE", "/proc/nothing")
    assert same(open_log(log, index=True), plain)
    index.settle()


def test_without_a_thread_there_is_no_index(log: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as broken:
        broken.setattr(threading.Thread, "start", none_left)
        assert same(open_log(log, index=True), open_log(log))
    assert not cache.exists()
    assert same(open_log(log, index=True), open_log(log))
    assert the_file(cache).is_file()


def test_an_interpreter_that_ends_at_once_leaves_an_index(log: Path, cache: Path) -> None:
    code = (
        "import sys; from workbench.journal import index, open_log, reader\n"
        "index.INDEX_FROM = reader.INDEX_FROM = 1000\n"
        "open_log(sys.argv[1], index=True)\n"
        "assert 'pandas' not in sys.modules\n"
    )
    ended = subprocess.run([sys.executable, "-c", code, log], check=True, timeout=60, capture_output=True)
    assert not ended.stderr
    assert the_file(cache).stat().st_mode & 0o777 == 0o600


def test_the_index_has_the_positions_as_text(log: Path, cache: Path) -> None:
    plain = open_log(log).history
    open_log(log, index=True)
    assert the_file(cache).is_file()
    indexed = open_log(log, index=True).history
    assert indexed.columns.texts is not None
    texts = index.position_texts(indexed.columns).to_pylist()
    assert texts == index.position_texts(plain.columns).to_pylist()
    assert texts == [position_text(plain.position(row)) for row in range(len(plain))]
    assert {type(value) for value in (indexed.columns.seq[0], indexed.columns.time_ns[0])} == {int}


def test_a_full_disk_leaves_no_half_an_index(log: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "full")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", full)
        assert same(open_log(log, index=True), open_log(log))
        index.settle()
    assert list(cache.iterdir()) == []


def test_without_pyarrow_a_log_opens_as_ever(log: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def refuse(name: str, *rest: Any) -> Any:
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return original(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    assert same(open_log(log, index=True), open_log(log))
    index.settle()
    assert not cache.exists()


def test_a_damaged_log_gets_no_index(log: Path, cache: Path) -> None:
    raw = bytearray(log.read_bytes())
    raw[2_000] ^= 1
    log.write_bytes(raw)
    assert same(open_log(log, "salvage", index=True), open_log(log, "salvage"))
    index.settle()
    assert not cache.exists()


def test_without_numpy_columns_are_the_same(log: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = open_log(log)
    open_log(log, index=True)
    assert the_file(cache).is_file()
    original = builtins.__import__

    def refuse(name: str, *rest: Any) -> Any:
        if name == "numpy":
            raise ImportError(name)
        return original(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    assert same(open_log(log), plain)
    assert same(open_log(log, index=True), plain)


def test_the_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORKBENCH_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/there")
    assert index.index_folder() == Path("/there/workbench/index")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert index.index_folder() == Path.home() / ".cache" / "workbench" / "index"


def test_rot_behind_an_index_is_seen_when_the_payload_is_read(tmp_path: Path) -> None:
    path = tmp_path / "rot.wlog"
    writer = open_writer(path)
    run = writer.run_number("r")
    for number in range(60):
        writer.append(EventType.SignalReceived, run, 0, (), msgpack.packb({"value": bytes([number]) * 100_000}))
    writer.close()
    assert open_log(path, index=True).history.payload(30)["value"][:1] == bytes([30])
    raw = bytearray(path.read_bytes())
    at = raw.index(bytes([30]) * 1000) + 500
    raw[at] ^= 1
    path.write_bytes(raw)
    history = open_log(path, index=True).history
    assert history.payload(29)["value"][:1] == bytes([29])
    with pytest.raises(UndecodableError, match="CRC does not fit"):
        history.payload(30)
    with pytest.raises(RottenLogError):
        open_log(path, "strict", index=True)
