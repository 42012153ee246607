"""Static checks of workflow code, for the causes that make it diverge from its log."""

from workbench.analysis.lint.lint import Finding, Findings, findings_frame, lint
from workbench.analysis.lint.rules import RULES, Rule

__all__ = ["RULES", "Finding", "Findings", "Rule", "findings_frame", "lint"]
