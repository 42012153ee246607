"""`rec.follow()`: what other processes append is seen while they write; the test's wait is where they do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest

import workbench as wb
from tests.clock import FakeClock
from tests.recording.shop import buy
from workbench.engines import Loaded, load
from workbench.journal import OpenMode
from workbench.recording import Recording, tailing
from workbench.recording.recording import CATALOGUE_FROM
from workbench.recording.sources import Place


def record(path: Path, run_id: str) -> None:
    with FakeClock().recorder(path) as recorder:
        recorder.run(buy, ["book"], id=run_id)


class Waiting:
    """What happens during the waits, one thing after the other; then somebody interrupts."""

    def __init__(self, *happens: Callable[[], object]) -> None:
        self.left: Iterator[Callable[[], object]] = iter(happens)
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        happens = next(self.left, None)
        if happens is None:
            raise KeyboardInterrupt
        happens()


def nothing() -> None:
    pass


@pytest.fixture
def path(tmp_path: Path) -> Path:
    record(tmp_path / "a.wlog", "one")
    return tmp_path / "a.wlog"


def seen(recording: Recording, waiting: Waiting) -> list[list[str]]:
    return [sorted(now.runs["run_id"]) for now in recording.follow(poll_seconds=0.5, wait=waiting)]


def test_it_gives_the_recording_at_once_and_then_each_time_it_has_grown(path: Path) -> None:
    waiting = Waiting(nothing, lambda: record(path, "two"), nothing, lambda: record(path, "three"))
    assert seen(wb.open(path), waiting) == [["one"], ["one", "two"], ["one", "three", "two"]]
    assert waiting.seconds == [0.5] * 5


def test_the_first_is_the_same_recording_unless_it_has_grown_since(path: Path) -> None:
    recording = wb.open(path)
    assert next(recording.follow()) is recording
    record(path, "two")
    assert len(next(recording.follow())) == 2


def test_new_logs_of_a_folder_are_seen(path: Path) -> None:
    waiting = Waiting(lambda: record(path.with_name("b.wlog"), "two"))
    assert seen(wb.open(path.parent), waiting) == [["one"], ["one", "two"]]
    assert seen(wb.open(iter([path.parent])), Waiting()) == [["one", "two"]]


def test_only_what_changed_is_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record(path.with_name("b.wlog"), "two")
    recording, reads = wb.open(path.parent), []

    def counted(place: Place, mode: OpenMode | str) -> Loaded:
        reads.append(str(place))
        return load(Path(str(place)), mode)

    monkeypatch.setattr(tailing, "load_place", counted)
    assert len(seen(recording, Waiting(nothing, nothing, lambda: record(path, "three"), nothing))) == 2
    assert reads == [str(path)]


def test_a_log_that_is_gone_or_broken_stays_as_it_was_until_it_is_whole_again(path: Path) -> None:
    whole = path.read_bytes()
    waiting = Waiting(
        lambda: path.write_bytes(b"something else"),
        path.unlink,
        lambda: path.write_bytes(whole),
        lambda: record(path, "two"),
    )  # fmt: skip
    assert seen(wb.open(path), waiting) == [["one"], ["one"], ["one", "two"]]


def test_all_logs_of_a_folder_gone_is_no_end(path: Path) -> None:
    assert seen(wb.open(path.parent), Waiting(path.unlink, nothing)) == [["one"]]


def test_a_writer_that_dies_is_seen_though_the_file_stays_as_it_is(path: Path) -> None:
    writes = "import sys, workbench as wb; from tests.recording.shop import buy\n"
    writes += f"recorder = wb.Recorder({str(path)!r}).__enter__(); recorder.run(buy, ['pen'], id='two')\n"
    writes += "print('written', flush=True); sys.stdin.read()"
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", writes], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "written\n"

        def dies() -> None:
            writer.kill()
            writer.wait(10)

        alive = [
            [report is not None and report.writer_alive for report in now.reports]
            for now in wb.open(path).follow(wait=Waiting(nothing, dies, nothing))
        ]
    assert alive == [[True], [False]]


def test_a_folder_of_many_logs_is_followed_through_its_catalogue(tmp_path: Path) -> None:
    record(tmp_path / "0.wlog", "one")
    whole = (tmp_path / "0.wlog").read_bytes()
    for number in range(1, CATALOGUE_FROM):
        (tmp_path / f"{number}.wlog").write_bytes(whole)
    recording = wb.open(tmp_path)
    waiting = Waiting(
        nothing, lambda: record(tmp_path / "7.wlog", "two"), lambda: record(tmp_path / "new.wlog", "three")
    )  # fmt: skip
    lengths = [len(now) for now in recording.follow(wait=waiting)]
    assert lengths == [CATALOGUE_FROM, CATALOGUE_FROM + 1, CATALOGUE_FROM + 2]


def test_a_broken_log_among_many_waits_for_the_next_look(tmp_path: Path) -> None:
    record(tmp_path / "0.wlog", "one")
    whole = (tmp_path / "0.wlog").read_bytes()
    for number in range(1, CATALOGUE_FROM):
        (tmp_path / f"{number}.wlog").write_bytes(whole)
    broken = tmp_path / "7.wlog"
    waiting = Waiting(lambda: broken.write_bytes(b"something else"), lambda: broken.write_bytes(whole))
    assert [len(now) for now in wb.open(tmp_path).follow(wait=waiting)] == [CATALOGUE_FROM, CATALOGUE_FROM]


def test_an_interrupt_in_the_body_of_the_loop_is_the_bodys(path: Path) -> None:
    def interrupted() -> None:
        for _ in wb.open(path).follow(wait=Waiting(nothing)):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()


@pytest.mark.parametrize("pause", [0, -1, float("nan"), float("inf")])
def test_a_pause_that_is_none_is_refused_at_once(path: Path, pause: float) -> None:
    with pytest.raises(wb.errors.UsageError, match="nobody can look every"):
        wb.open(path).follow(poll_seconds=pause)


def test_what_was_made_of_logs_is_followed_by_their_places(path: Path) -> None:
    waiting = Waiting(lambda: record(path, "two"))
    assert seen(Recording([load(path)]), waiting) == [["one"], ["one", "two"]]
    assert [len(now) for now in islice(Recording([]).follow(wait=Waiting()), 2)] == [0]


def test_what_is_followed_can_be_followed_again(path: Path) -> None:
    record(path.with_name("b.wlog"), "two")
    once = list(wb.open(path.parent).follow(wait=Waiting(lambda: record(path, "three"))))[-1]
    assert seen(once, Waiting(lambda: record(path.with_name("c.wlog"), "four")))[-1] == ["four", "one", "three", "two"]
