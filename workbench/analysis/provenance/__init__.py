"""Where values came from: which later call used which earlier result."""

from workbench.analysis.provenance.links import Link, links_of
from workbench.analysis.provenance.origin import Origin
from workbench.analysis.provenance.parameters import parameters_of
from workbench.analysis.provenance.places import place_of
from workbench.analysis.provenance.provenance import Provenance, provenance
from workbench.analysis.provenance.values import Clue, Leaf, clue_of, leaves, mark_of, marks_within

__all__ = [
    "Clue",
    "Leaf",
    "Link",
    "Origin",
    "Provenance",
    "clue_of",
    "leaves",
    "links_of",
    "mark_of",
    "marks_within",
    "parameters_of",
    "place_of",
    "provenance",
]
