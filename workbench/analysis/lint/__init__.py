"""Static checks of workflow code, for the causes that make it diverge from its log."""

from workbench.analysis.lint.lint import Remark, Remarks, Visit, lint, remarks_frame, visits
from workbench.analysis.lint.rules import RULES, Rule

__all__ = ["RULES", "Remark", "Remarks", "Rule", "Visit", "lint", "remarks_frame", "visits"]
