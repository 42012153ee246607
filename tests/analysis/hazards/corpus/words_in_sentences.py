"""Hazard 28: the words of placeholders in ordinary texts, and placeholders of other shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.telling import resumed
from tests.story import Story


def used(value: Any, part: str = "") -> Callable[[Story], Look | None]:
    """A read returns it; the run is resumed and hands it, or a part of it, on."""

    def tell(story: Story) -> None:
        run = story.run("order-1")
        run.step("load", kind="read").completed(value)
        resumed(run, after_seconds=20)
        run.step("publish", kind="write", args=[value[part] if part else value]).completed()
        run.completed()

    return tell


def _filed(file: Callable[[int], Callable[[Any], Any]], name: str, value: Any, part: str = "") -> None:
    tell = used(value, part)
    tell.__name__ = name
    file(28)(tell)


for name, text in {
    "a_cone_with_its_top_cut_off": "truncated cone",
    "a_cone_in_a_list_of_parts": "Truncated cone, 3 pieces (truncated icosahedron: see page 4)",
    "an_edition_of_a_book": "redacted edition of a book",
    "and_so_on": "pens, cups, etc...",
    "a_ball_with_masks": "masked ball",
    "a_hotel_with_five_stars": "***** hotel",
    "a_rating_of_four_stars": "****",
    "coffee_without_grounds": "Filtered coffee, 500 g",
    "hidden_in_the_title": "Hidden Figures (hidden track on the last disc)",
    "a_remark_of_a_librarian": "[removed from shelf 4]",
    "a_method_of_statistics": "omitted variable bias ... see chapter 3 (omitted in the first edition)",
    "a_template_of_a_letter": "Dear {name}, your word is {secret}",
    "words_in_bold": "**removed** items are shown in bold, like **hidden** ones are not",
}.items():
    _filed(negative, name, {"title": text, "sku": "c-1"}, "title")

for name, text in {
    "angle_brackets": "<redacted>",
    "three_stars": "***",
    "so_many_bytes_in_brackets": "Once upon a time[truncated 123 bytes]",
    "an_ellipsis_and_a_count": "Once upon a time… and 48,211 more characters",
    "curly_brackets_twice": "{{REDACTED}}",
    "underscores_around_it": "__REDACTED__",
    "size_of_what_was_elided": "<2 MB elided>",
    "dots_of_a_form": "••••••••",
    "stars_in_a_link": "postgres://etl:***@db/etl",
    "output_that_was_cut": "PASSED\nPASSED\n... (output truncated)",
    "an_object_of_another_language": "[object Object]",
    "a_place_in_memory": "<shop.models.Order object at 0x7f3a5c0d1e80>",
    "lines_left_out_in_the_middle_of_brackets": "first line\n[... 4523 lines omitted ...]",
}.items():
    _filed(positive, name, {"title": text, "sku": "c-1"}, "title")

_filed(positive, "five_stars_as_a_password", {"user": "anna", "password": "*****"}, "password")
