"""Columns of frames out of plain values: dtypes that stay the same however many rows there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain, count
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from workbench.model import visible

__all__ = [
    "NOT_YET",
    "category",
    "category_of_codes",
    "counts",
    "html_of_sentences",
    "html_table",
    "instants",
    "seconds_between",
    "text",
    "texts_of_arrow",
    "view_of",
]

NOT_YET = -1
"""Stands for an instant that has not come, in columns of nanoseconds."""

_NAT = np.iinfo(np.int64).min
_INSTANT = pd.DatetimeTZDtype("ns", "UTC")
_TEXT = pd.StringDtype("pyarrow", na_value=np.nan)


def view_of(column: Any, dtype: str) -> np.ndarray[Any, Any]:
    """The elements of an `array.array` without a copy."""
    return np.frombuffer(column, dtype=dtype) if len(column) else np.empty(0, dtype)


def instants(nanoseconds: Any) -> pd.DatetimeIndex:
    """Nanoseconds since the epoch as datetime64[ns, UTC]; `NOT_YET` is NaT."""
    values = np.array(nanoseconds, dtype=np.int64)
    values[values == NOT_YET] = _NAT
    return pd.DatetimeIndex(values, dtype=_INSTANT, copy=False)


def seconds_between(began: Any, ended: Any) -> np.ndarray[Any, Any]:
    """Seconds as float64; NaN where either end is `NOT_YET`."""
    first, last = np.asarray(began, dtype=np.int64), np.asarray(ended, dtype=np.int64)
    return np.where((first == NOT_YET) | (last == NOT_YET), np.nan, (last - first) / 1e9)


def counts(values: Any) -> pd.api.extensions.ExtensionArray:
    """Nullable Int64; 0 is <NA>, for numbers that begin at 1."""
    numbers = np.array(values, dtype=np.int64)
    return pd.arrays.IntegerArray(numbers, numbers == 0)


def text(values: Iterable[str]) -> pd.api.extensions.ExtensionArray:
    """A column of str."""
    listed = list(values)
    try:
        return pd.array(listed, dtype=_TEXT)
    except UnicodeEncodeError:  # halves of surrogate pairs, which JSON can spell and UTF-8 cannot
        return pd.array([value.encode("utf-8", "replace").decode() for value in listed], dtype=_TEXT)


def category(values: Sequence[str], categories: Sequence[str] | None = None) -> pd.Categorical:
    """A categorical column; `""` is missing. Categories are given, or those that occur, in order of appearance."""
    known = list(dict.fromkeys(value for value in values if value)) if categories is None else list(categories)
    number = defaultdict(_missing, zip(known, count()))
    return pd.Categorical.from_codes(
        np.fromiter(map(number.__getitem__, values), np.int32, len(values)),
        categories=pd.Index(text(known), dtype=_TEXT),
    )


def _missing() -> int:
    return -1


def category_of_codes(parts: Sequence[tuple[Any, Sequence[str]]]) -> pd.Categorical:
    """One categorical out of several code columns, each with its own table of names; `""` is missing.

    Names may recur in a table (two declarations of one step) and between tables (two logs).
    """
    known = dict.fromkeys(chain.from_iterable(names for _, names in parts))
    known.pop("", None)
    number = dict(zip(known, range(len(known)), strict=True)) | {"": -1}
    smallest = np.min_scalar_type(-1 - len(known))
    codes = [
        _looked_up(np.fromiter(map(number.__getitem__, names), smallest, len(names)), column) for column, names in parts
    ]
    joined = codes[0] if len(codes) == 1 else np.concatenate([np.empty(0, smallest), *codes])
    dtype = pd.CategoricalDtype(pd.Index(text(known), dtype=_TEXT))
    return pd.Categorical.from_codes(joined, dtype=dtype, validate=False)  # codes of a table of ours are within bounds


def _looked_up(table: Any, column: Any) -> Any:
    """`table[column]`, without looking anything up where the numbers of a table only move by a constant."""
    if not len(column):
        return np.empty(0, table.dtype)
    moved = table - np.arange(len(table))
    if len(table) <= int(column.max()) or (moved != moved[0]).any():
        return table[column]
    return column.astype(table.dtype) + moved[0].astype(table.dtype)


def html_table(frame: pd.DataFrame, *, rows: int | None = None, index: bool = True) -> str:
    """A frame as HTML: escaped, controls and bidi marks written out.

    Args:
        frame: What is shown.
        rows: How many rows at most, the first and the last ones; all by default.
        index: Whether the rows have their labels.
    """
    return visible(frame.to_html(max_rows=rows, index=index, escape=True))


def html_of_sentences(frame: pd.DataFrame) -> str:
    """A frame whose cells are sentences, as HTML: whole, escaped, and read from the left."""
    with pd.option_context("display.max_colwidth", None):
        table = html_table(frame, index=False)
    return table.replace("<th>", '<th style="text-align:left">').replace("<td>", '<td style="text-align:left">')


def texts_of_arrow(parts: Sequence[Any]) -> pd.api.extensions.ExtensionArray:
    """A column of str out of arrow arrays of strings."""
    joined: pd.api.extensions.ExtensionArray = pd.array(pa.chunked_array(parts, pa.large_string()), dtype=_TEXT)
    return joined
