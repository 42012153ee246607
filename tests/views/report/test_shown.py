"""What a document shows is read back by part, with code and prose apart, and attributes not forgotten."""

from __future__ import annotations

from workbench.views.report import Shown, shown_texts


def test_texts_come_by_part_and_kind() -> None:
    document = (
        "<title>t</title><style>p { token: 1 }</style><h1>a &amp; b</h1><p>one<b>two</b></p>"
        "<h2>Part &lt;1&gt;</h2><table><tr><td>three</td><td>four</td></tr></table>"
        "<pre><code>five\nsix</code></pre><svg aria-label='seven'><title>eight</title></svg>"
    )
    found = [Shown(part, is_code, " ".join(text.split())) for part, is_code, text in shown_texts(document)]
    assert found == [
        Shown("", is_code=False, text="t a & b onetwo"),
        Shown("Part <1>", is_code=False, text="Part <1> three four seven eight"),
        Shown("Part <1>", is_code=True, text="five six"),
    ]


def test_cells_do_not_run_together() -> None:
    (shown,) = shown_texts("<td>pass</td><td>word</td>")
    assert "password" not in shown.text
