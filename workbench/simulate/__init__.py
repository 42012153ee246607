"""Simulated services with a ledger that says what really happened.

A recording says what a workflow *believes* it did. To test and to teach what that belief is worth, something has
to know the truth: here it is the ledger, one line on disk per effect, written by the services themselves before
they answer.

- `ledger`: the append-only file, its reader, and the questions that tests ask of it.
- `services`: token, stock, payment, subscription, mail, and the `World` that holds them; no sockets, no clock of
  their own.
- `faults`: which request is delayed, refused, held or loses its reply.
- `holds`: requests that wait for a test to let them go.
- `shop`: the same services as one HTTP process, `python -m workbench.simulate.shop --folder DIR`.
- `control`: the routes by which a test steers that process.
- `crash`: nine points at which a worker dies, really, by SIGKILL.
- `errand`, `network`: a workflow of steps of every kind, and the way to the services on which requests get lost.
- `scenario`, `sweep`: all crash scenarios of it, and the crash sweep that plays them and hands over log and ledger.
- `virtual_clock`: time, chance and ids of a simulation.
- `process`: `running_shop(folder)`, that process for the length of a `with` block.

Nothing is imported here, so that the shop's process starts fast and a production worker pays nothing.
"""

from __future__ import annotations
