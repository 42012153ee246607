"""An export is there as a whole or not at all, and nobody else reads it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from workbench._errors import LogError, UsageError
from workbench.recording.exports import whole_file


def test_it_gets_its_name_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with whole_file(path) as file:
        file.write(b"half")
        assert not path.exists()

    assert path.read_bytes() == b"half"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_stays_of_what_fails(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with pytest.raises(ZeroDivisionError), whole_file(path) as file:
        file.write(b"%d" % (1 // 0))

    assert list(tmp_path.iterdir()) == []


def test_another_file_is_replaced_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_bytes(b"old")
    with pytest.raises(UsageError, match="there already"), whole_file(path):
        pytest.fail("the block must not begin")
    with pytest.raises(KeyError), whole_file(path, overwrite=True):
        raise KeyError
    assert path.read_bytes() == b"old"

    with whole_file(path, overwrite=True) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"


def test_a_file_that_came_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with pytest.raises(UsageError, match="there already"), whole_file(path):
        path.write_bytes(b"somebody else's")

    assert path.read_bytes() == b"somebody else's"
    assert list(tmp_path.iterdir()) == [path]


def test_a_dangling_link_is_a_name_that_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError), whole_file(path):
        pytest.fail("the block must not begin")


def test_a_folder_that_is_not_there_is_a_clear_word(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="cannot write"), whole_file(tmp_path / "no" / "out.jsonl"):
        pytest.fail("the block must not begin")
