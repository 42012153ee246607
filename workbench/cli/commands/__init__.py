"""The commands, in the order in which a newcomer meets them."""

from workbench.cli.commands.check import Check
from workbench.cli.commands.command import Command
from workbench.cli.commands.decide import Decide
from workbench.cli.commands.demo import DemoCommand
from workbench.cli.commands.doctor import Doctor
from workbench.cli.commands.dump import Dump
from workbench.cli.commands.explain import Explain
from workbench.cli.commands.lab import Lab
from workbench.cli.commands.lint import Lint
from workbench.cli.commands.ls import Ls
from workbench.cli.commands.replay import Replay
from workbench.cli.commands.show import Show
from workbench.cli.commands.timeline import TimelineCommand
from workbench.cli.commands.verdict import VerdictCommand
from workbench.cli.commands.what_if import WhatIf

__all__ = ["COMMANDS", "Command"]

COMMANDS: tuple[type[Command], ...] = (
    DemoCommand,
    Lab,
    Ls,
    Show,
    TimelineCommand,
    Replay,
    WhatIf,
    VerdictCommand,
    Decide,
    Explain,
    Check,
    Lint,
    Dump,
    Doctor,
)
