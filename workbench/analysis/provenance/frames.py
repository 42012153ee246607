"""The frame of uses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from workbench.analysis.cells import text
from workbench.analysis.provenance.links import Link
from workbench.analysis.provenance.origin import shown_value
from workbench.analysis.provenance.places import place_of
from workbench.model import History

__all__ = ["frame_of_links"]


def frame_of_links(history: History, links: Sequence[Link]) -> pd.DataFrame:
    """Links as `Provenance.frame` documents them."""
    seqs = history.columns.seq
    return pd.DataFrame(
        {
            "from_seq": np.array([seqs[link.from_row] for link in links], dtype=np.int64),
            "from_step": text(place_of(history, link.from_row) for link in links),
            "from_path": text(link.from_path for link in links),
            "to_seq": np.array([seqs[link.to_row] for link in links], dtype=np.int64),
            "to_step": text(place_of(history, link.to_row) for link in links),
            "to_path": text(link.to_path for link in links),
            "value": text(shown_value(link.mark) for link in links),
            "confidence": np.array([link.confidence for link in links], dtype=np.float64),
            "exact": np.array([link.exact for link in links], dtype=bool),
            "whole": np.array([link.whole for link in links], dtype=bool),
            "others": pd.Series([[seqs[row] for row in link.others] for link in links], dtype="object"),
        }
    )
