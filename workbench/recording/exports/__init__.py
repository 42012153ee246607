"""What leaves Workbench for other tools: Parquet, JSON Lines, traces, spans, diagrams. Nothing with a secret leaves."""

from workbench.recording.exports.export import KINDS, export
from workbench.recording.exports.whole_file import whole_file

__all__ = ["KINDS", "export", "whole_file"]
