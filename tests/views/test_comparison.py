"""The figure of a comparison: two lanes, the first difference marked, text as text."""

from __future__ import annotations

from math import nan

from workbench.views import CHANGE_LOOKS, Pair, comparison_figure

PAIRS = [
    Pair("same", "price (1)", "4", "4", (1.0, 1.0)),
    Pair("outcome", "charge (2)", "'ch_4'", "DeclinedError(4)", (1.0, 31.0)),
    Pair("inserted", "charge (3)", "", "'ch_1'", (nan, 1.0)),
    Pair("deleted", "mail (4)", "None", "", (1.0, nan)),
]


def test_a_mark_per_side_that_has_the_call() -> None:
    figure = comparison_figure(("run one", "a branch of one"), PAIRS)
    lanes = {trace.name: list(zip(trace.x, trace.y, strict=True)) for trace in figure.data if trace.mode == "markers"}
    assert lanes == {
        "the same": [(0, 1), (0, 0)],
        "another outcome": [(1, 1), (1, 0)],
        "only on the right": [(2, 0)],
        "only on the left": [(3, 1)],
    }
    assert list(figure.layout.yaxis.ticktext) == ["run one", "a branch of one"]
    assert list(figure.layout.xaxis.ticktext) == [pair.label for pair in PAIRS]


def test_the_first_difference_is_marked_and_what_changed_is_joined() -> None:
    figure = comparison_figure(("one", "two"), PAIRS)
    assert [shape.x0 for shape in figure.layout.shapes] == [0.5]
    assert [note.text for note in figure.layout.annotations] == ["first difference"]
    joined = next(trace for trace in figure.data if trace.mode == "lines")
    assert (list(joined.x)[:2], list(joined.y)[:2]) == ([1, 1], [1, 0])
    alike = comparison_figure(("one", "two"), PAIRS[:1])
    assert not alike.layout.shapes
    assert [trace.mode for trace in alike.data] == ["markers"]


def test_hovering_says_what_each_side_says_and_how_much_longer_it_took() -> None:
    figure = comparison_figure(("one", "two"), PAIRS)
    left, right = next(trace.hovertext for trace in figure.data if trace.name == "another outcome")
    assert "&#x27;ch_4&#x27;" in left
    assert "DeclinedError(4)" in right
    assert "took 31.0 s" in right
    assert "30.0 s longer on the right" in right
    only = next(trace.hovertext for trace in figure.data if trace.name == "only on the right")[0]
    assert "longer" not in only


def test_marks_differ_by_shape_as_well_as_by_colour() -> None:
    assert len({look.symbol for look in CHANGE_LOOKS.values()}) == len(CHANGE_LOOKS)


def test_text_is_text() -> None:
    evil = "<img src=x onerror=alert(1)>\u202e"
    figure = comparison_figure((evil, evil), [Pair("outcome", evil, evil, evil, (1.0, 2.0))])
    shown = figure.to_json()
    assert "<img" not in shown
    assert "\u202e" not in shown
    assert "\\u202e" not in shown.lower().replace("\\\\u202e", "")


def test_many_calls_have_no_labels_and_none_are_fine() -> None:
    figure = comparison_figure(("one", "two"), PAIRS * 20)
    assert figure.layout.xaxis.ticktext is None
    assert not comparison_figure(("one", "two"), []).data
