"""The picture of provenance: a curve per use, its line says how sure it is, bounded, text as text."""

from __future__ import annotations

import pandas as pd

from tests.views.many import EVIL, written
from workbench.views import provenance_figure

COLUMNS = ["from_seq", "from_step", "from_path", "to_seq", "to_step", "to_path", "value", "confidence", "exact"]


def uses(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame([list(row) for row in rows], columns=COLUMNS)


TOKEN = (2, "login (1)", "$.token", 5, "charge (2)", "$.args[0]", "'tk'", 1.0, True)


def test_how_sure_a_use_is_shows_in_its_line() -> None:
    likely, guess = (*TOKEN[:7], 0.8, False), (*TOKEN[:7], 0.3, False)
    figure = provenance_figure("Where from", uses(TOKEN, likely, guess))
    assert [trace.line.dash for trace in figure.data[:3]] == ["solid", "dash", "dot"]
    assert "proven by replay" in figure.data[0].customdata[0]
    assert "confidence 0.80" in figure.data[1].customdata[0]
    assert list(figure.data[-1].text) == ["login (1)", "charge (2)"]


def test_of_very_many_uses_the_first_are_drawn_and_the_title_says_so() -> None:
    figure = provenance_figure("Where from", pd.concat([uses(TOKEN)] * 100_000))
    assert len(figure.data) == 301
    assert figure.layout.title.text == "Where from (the first 300 of 100,000 uses)"


def test_no_use_says_what_to_do() -> None:
    figure = provenance_figure("Where from", uses())
    assert not figure.data
    assert "run.provenance(code)" in figure.layout.annotations[0].text


def test_text_is_text() -> None:
    evil = uses((2, EVIL, EVIL, 5, f"{EVIL}!", EVIL, EVIL, 1.0, True))
    assert "&lt;img" in written(provenance_figure(EVIL, evil))
