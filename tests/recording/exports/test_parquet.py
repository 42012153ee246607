"""Parquet holds the frames of the recording, and nothing of runs that were not asked for."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.recording.exports.told import told
from workbench.analysis import events_frame, runs_frame, steps_frame
from workbench.recording.exports import export


def test_the_frames_come_back_as_they_were(tmp_path: Path) -> None:
    log = told()
    folder = export([log], "parquet", tmp_path / "shop")

    expected = {
        "runs": runs_frame([log.history], [log.report]),
        "steps": steps_frame([log.history], [log.report]),
        "events": events_frame([log.history]),
    }
    assert {file.stem for file in folder.iterdir()} == set(expected)
    for name, frame in expected.items():
        found = pd.read_parquet(folder / f"{name}.parquet")
        shown, wanted = (one.astype(dict.fromkeys(one.select_dtypes("category"), "object")) for one in (found, frame))
        pd.testing.assert_frame_equal(shown, wanted)


def test_the_types_are_those_of_other_tools(tmp_path: Path) -> None:
    schema = pq.read_schema(export([told()], "parquet", tmp_path / "shop") / "events.parquet")
    assert schema.field("time").type == pa.timestamp("ns", tz="UTC")
    assert schema.field("seq").type == pa.int64()
    assert pa.types.is_dictionary(schema.field("run_id").type)


@pytest.mark.parametrize("name", ["runs", "steps", "events"])
def test_names_of_other_runs_do_not_stay_behind(tmp_path: Path, name: str) -> None:
    folder = export([told()], "parquet", tmp_path / "shop", runs=["ship-1"])
    raw = pq.read_table(folder / f"{name}.parquet")
    seen = str(raw.to_pydict()) + str([chunk.dictionary for column in raw.columns for chunk in column.chunks
                                       if pa.types.is_dictionary(chunk.type)])  # fmt: skip
    assert "ship-1" in seen
    assert "order-42" not in seen
    assert "reserve" not in seen
