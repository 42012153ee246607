"""The commands, in the order in which a newcomer meets them."""

from workbench.cli.commands.check import Check
from workbench.cli.commands.command import Command
from workbench.cli.commands.course import CourseCommand
from workbench.cli.commands.decide import Decide
from workbench.cli.commands.demo import DemoCommand
from workbench.cli.commands.diff import DiffCommand
from workbench.cli.commands.doctor import Doctor
from workbench.cli.commands.dump import Dump
from workbench.cli.commands.explain import Explain
from workbench.cli.commands.export import ExportCommand
from workbench.cli.commands.hazards import HazardsCommand
from workbench.cli.commands.lab import Lab
from workbench.cli.commands.ledger import LedgerCommand
from workbench.cli.commands.lint import Lint
from workbench.cli.commands.ls import Ls
from workbench.cli.commands.replay import Replay
from workbench.cli.commands.report import ReportCommand
from workbench.cli.commands.show import Show
from workbench.cli.commands.timeline import TimelineCommand
from workbench.cli.commands.triage import TriageCommand
from workbench.cli.commands.verdict import VerdictCommand
from workbench.cli.commands.what_if import WhatIf
from workbench.cli.commands.why import WhyCommand

__all__ = ["COMMANDS", "Command"]

COMMANDS: tuple[type[Command], ...] = (
    DemoCommand,
    Lab,
    CourseCommand,
    Ls,
    Show,
    TimelineCommand,
    Replay,
    WhatIf,
    WhyCommand,
    HazardsCommand,
    VerdictCommand,
    Decide,
    TriageCommand,
    LedgerCommand,
    DiffCommand,
    ReportCommand,
    ExportCommand,
    Explain,
    Check,
    Lint,
    Dump,
    Doctor,
)
