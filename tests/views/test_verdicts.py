"""The matrix of verdicts: sign and word in each cell, groups of runs in rows."""

from __future__ import annotations

from tests.views.many import EVIL, drawn, written
from workbench.views import Alike, Cell, verdicts_figure

SAFE, CHECK = Cell("SAFE", "all is well"), Cell("CHECK", "charge (3) is in doubt")
NO = Cell("UNSAFE", "done twice", useful=False)
RETRY = Cell("SAFE", "well again", "charge (3)")


def test_a_cell_has_sign_and_word_and_its_reason_on_hover() -> None:
    group = Alike("failed", {"resume": CHECK, "retry_from": RETRY, "rerun": NO}, ["one", "two"], 12)
    figure = verdicts_figure("What may be done", [group])
    matrix = figure.data[0]
    assert matrix.x == ("resume", "retry_from", "compensate", "rerun")
    assert [list(row) for row in matrix.z] == [[1, 0, -1, 2]]
    words = ["? CHECK", "✔ SAFE<br>from charge (3)", "not possible", "✘ UNSAFE<br>changes nothing"]
    assert [list(row) for row in matrix.text] == [words]
    assert matrix.hovertext[0][0] == "<b>one, two</b> and 10 more<br>resume: CHECK<br>charge (3) is in doubt"
    assert list(figure.layout.yaxis.ticktext) == ["12 runs: failed<br><sub>well again</sub>"]


def test_the_colours_are_those_of_the_words() -> None:
    matrix = verdicts_figure("t", [Alike("failed", {"resume": SAFE}, ["one"])]).data[0]
    assert [(level, colour) for level, colour in matrix.colorscale[2::2]] == [
        (0.25, "#009E73"), (0.5, "#E69F00"), (0.75, "#D55E00")
    ]  # fmt: skip
    assert (matrix.zmin, matrix.zmax) == (-1.5, 2.5)  # a quarter for "not possible" and for each word


def test_of_very_many_groups_the_largest_are_drawn_and_the_rest_is_counted() -> None:
    groups = [Alike("failed", {"resume": SAFE}, [f"r{number}"], 1000 - number) for number in range(100)]
    figure = verdicts_figure("What may be done", groups)
    assert drawn(figure) == 160
    assert "(the 40 largest of 100 groups; 55,830 runs not drawn)" in figure.layout.title.text


def test_nothing_to_judge_says_what_to_do() -> None:
    figure = verdicts_figure("What may be done", [])
    assert not figure.data
    assert "rec.runs" in figure.layout.annotations[0].text


def test_text_is_text() -> None:
    evil = Cell("UNSAFE", EVIL, EVIL)
    figure = verdicts_figure(EVIL, [Alike("failed", {"retry_from": evil}, [EVIL], 2), Alike("failed", {}, [EVIL])])
    assert "&lt;img" in written(figure)
