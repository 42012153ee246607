"""Columns of frames out of plain values: dtypes that stay the same however many rows there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.model import Columns

__all__ = [
    "NOT_YET",
    "category",
    "category_of_codes",
    "counts",
    "instants",
    "position_texts",
    "seconds_between",
    "text",
    "texts_of_arrow",
    "view_of",
]

NOT_YET = -1
"""Stands for an instant that has not come, in columns of nanoseconds."""

_TEXT = pd.StringDtype("pyarrow", na_value=np.nan)


def view_of(column: Any, dtype: str) -> np.ndarray[Any, Any]:
    """The elements of an `array.array` without a copy."""
    return np.frombuffer(column, dtype=dtype) if len(column) else np.empty(0, dtype)


def instants(nanoseconds: Any) -> pd.DatetimeIndex:
    """Nanoseconds since the epoch as datetime64[ns, UTC]; `NOT_YET` is NaT."""
    values = np.array(nanoseconds, dtype=np.int64)
    stamps = values.view("datetime64[ns]")
    stamps[values == NOT_YET] = np.datetime64("NaT", "ns")
    return pd.DatetimeIndex(stamps).tz_localize("UTC")


def seconds_between(began: Any, ended: Any) -> np.ndarray[Any, Any]:
    """Seconds as float64; NaN where either end is `NOT_YET`."""
    first, last = np.asarray(began, dtype=np.int64), np.asarray(ended, dtype=np.int64)
    return np.where((first == NOT_YET) | (last == NOT_YET), np.nan, (last - first) / 1e9)


def counts(values: Any) -> pd.api.extensions.ExtensionArray:
    """Nullable Int64; 0 is <NA>, for numbers that begin at 1."""
    numbers = np.asarray(values, dtype=np.int64)
    return pd.arrays.IntegerArray(numbers.copy(), numbers == 0)


def text(values: Iterable[str]) -> pd.api.extensions.ExtensionArray:
    """A column of str."""
    return pd.array(list(values), dtype=_TEXT)


def category(values: Sequence[str], categories: Sequence[str] | None = None) -> pd.Categorical:
    """A categorical column; `""` is missing. Categories are given, or those that occur, in order of appearance."""
    known = list(dict.fromkeys(value for value in values if value)) if categories is None else list(categories)
    number = {name: code for code, name in enumerate(known)}
    return pd.Categorical.from_codes(
        np.fromiter((number.get(value, -1) for value in values), np.int32, len(values)),
        categories=pd.Index(known, dtype=_TEXT),
    )


def category_of_codes(parts: Sequence[tuple[Any, Sequence[str]]]) -> pd.Categorical:
    """One categorical out of several code columns, each with its own table of names; `""` is missing.

    Names may recur in a table (two declarations of one step) and between tables (two logs).
    """
    known = dict.fromkeys(chain.from_iterable(names for _, names in parts))
    known.pop("", None)
    number = dict(zip(known, range(len(known)), strict=True)) | {"": -1}
    codes = []
    for column, names in parts:
        table = np.fromiter(map(number.__getitem__, names), np.int32, len(names))
        codes.append(table[column] if len(column) else np.empty(0, np.int32))
    joined = np.concatenate(codes) if codes else np.empty(0, np.int32)
    return pd.Categorical.from_codes(joined, categories=pd.Index(list(known), dtype=_TEXT))


_MEMORABLE = 1 << 16
"""Below this, the text of an index is looked up instead of made anew for every event."""


def position_texts(columns: Columns) -> Any:
    """Positions of all events as an arrow array of strings, without a Python object per event."""
    path = view_of(columns.path, "u4")
    ends = view_of(columns.path_end, "u8").astype(np.int64)
    top = int(path.max()) + 1 if len(path) else 0
    if top < _MEMORABLE:
        words = pa.array([str(index) for index in range(top)], pa.string()).take(pa.array(path))
    else:
        words = pc.cast(pa.array(path), pa.string())
    offsets = pa.array(np.concatenate([[0], ends]), pa.int32())
    return pc.binary_join(pa.ListArray.from_arrays(offsets, words), ".").cast(pa.large_string())


def texts_of_arrow(parts: Sequence[Any]) -> pd.api.extensions.ExtensionArray:
    """A column of str out of arrow arrays of strings."""
    joined: pd.api.extensions.ExtensionArray = pd.array(pa.chunked_array(parts, pa.large_string()), dtype=_TEXT)
    return joined
