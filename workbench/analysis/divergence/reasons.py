"""From evidence to causes: which reasons there are for a divergence, the surest first.

1. An ambient read is the reason when an experiment shows it: with another clock, other chance, another
   environment, another hash seed the code asks for something else right there.
2. A change of the source is the reason when the code without it goes on where the code with it left the log.
   What the change did (a call, a condition, a way out, the arrangement) names the cause; where the changed line
   brought in an ambient read that no experiment has cleared, the read does.
3. What cannot be tried stays likely (seen on the way, or on a changed line) or possible (only suspected).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench._errors import PayloadError
from workbench.analysis.cause import AMBIENT, Cause
from workbench.analysis.divergence.ambient import Read
from workbench.analysis.divergence.changes import Change
from workbench.analysis.divergence.experiments import Proof
from workbench.analysis.divergence.inquiry import Inquiry
from workbench.analysis.divergence.reason import Reason, Sure
from workbench.analysis.divergence.structure import asked_row, left_row
from workbench.analysis.lint import Remark
from workbench.machine import Verb
from workbench.program import NOT_KNOWN

__all__ = ["reasons_of"]

_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}")
_DRAWN = {Verb.READ_CLOCK: Cause.CLOCK, Verb.DRAW_RANDOM: Cause.RANDOM, Verb.DRAW_UUID: Cause.UUID}
_RANK = {Sure.PROVED: 0, Sure.LIKELY: 1, Sure.POSSIBLE: 2}
_MOST_TRIED = 8
"""So many changes are taken back one by one, the nearest to the difference first."""


def reasons_of(inquiry: Inquiry) -> list[Reason]:
    """Every reason, the surest first; never empty."""
    cleared: set[Cause] = set()
    found = [*_ambient(inquiry, cleared), *_address(inquiry)]
    found += _of_change(inquiry, cleared, proved={reason.cause for reason in found if reason.sure is Sure.PROVED})
    found += _patch_not_asked(inquiry)
    found.append(_by_account(inquiry))
    order = {id(reason): number for number, reason in enumerate(found)}
    return sorted(found, key=lambda reason: (reason.by_account, _RANK[reason.sure], order[id(reason)]))


# --- what no log holds ------------------------------------------------------------------------------------------


def _ambient(inquiry: Inquiry, cleared: set[Cause]) -> Iterator[Reason]:
    for cause in inquiry.suspects():
        reads = [read for read in inquiry.reads if read.cause is cause]
        findings = [found for found in inquiry.findings if found.cause is cause]
        names = inquiry.shared_names() if cause is Cause.GLOBAL_STATE else ()
        proof = Proof(shown=None) if cause is Cause.OUTSIDE else inquiry.experiments.of(cause, reads, names)
        if proof.shown is False:
            cleared.add(cause)
            if reads and not inquiry.changes:  # what was tried decides nothing, but nothing else is known either
                yield _ambient_reason(inquiry, cause, (reads, findings), proof)
        elif reads or findings or proof.shown or (cause is Cause.HASH_ORDER and inquiry.shuffled):
            yield _ambient_reason(inquiry, cause, (reads, findings), proof)


def _ambient_reason(inquiry: Inquiry, cause: Cause, seen: tuple[list[Read], list[Remark]], proof: Proof) -> Reason:
    reads, findings = seen
    if proof.shown:
        sure = Sure.PROVED
    elif proof.shown is None and not inquiry.changes and (reads or cause is Cause.HASH_ORDER):
        sure = Sure.LIKELY
    else:
        sure = Sure.POSSIBLE
    words, file, line = [], "", 0
    if reads:
        read = reads[-1]
        is_shown = read.value and cause is not Cause.ENVIRONMENT  # its values are where secrets are kept
        value = f" gave {read.value}" if is_shown else ""
        key = f" of {read.key}" if read.key else ""
        file, line = read.place.file, read.place.line
        words.append(f"{read.name}{key}{value} at {_short(file)}:{line}, before call {read.before + 1}")
    elif findings:
        file, line = findings[-1].file, findings[-1].line
        words.append(f"{findings[-1].message} ({_short(file)}:{line})")
    elif cause is Cause.HASH_ORDER:
        words.append("the same code makes the same calls in another order, as over a set")
    words += [proof.words] if proof.words else []
    words += ["other values changed nothing in the experiments"] if proof.shown is False else []
    return Reason(cause, sure, "; ".join(words) or str(cause), file, line)


def _address(inquiry: Inquiry) -> Iterator[Reason]:
    """The address of an object in a text: `<Order object at 0x7f…>`."""
    row = asked_row(inquiry.rows, inquiry.exploration)
    if row is None or row.asked is None or row.slot is None:
        return
    recorded, asked = repr(row.recorded_arguments), repr(row.asked.arguments)
    if recorded != asked and _ADDRESS.sub("", recorded) == _ADDRESS.sub("", asked):
        place = inquiry.present_stack[0] if inquiry.present_stack else NOT_KNOWN
        why = "the two differ in nothing but the address of an object, which its text shows"
        yield Reason(Cause.HASH_ORDER, Sure.LIKELY, why, place.file, place.line)


# --- what changed in the source ---------------------------------------------------------------------------------


def _of_change(inquiry: Inquiry, cleared: set[Cause], proved: set[Cause]) -> Iterator[Reason]:
    if not inquiry.changes:
        return
    left_at = inquiry.exploration.left_at
    changes = inquiry.changes[:_MOST_TRIED]
    chosen, sure, words = changes[0], Sure.LIKELY, "the source changed here since the run was recorded"
    if inquiry.recorded_fits is False and proved:
        sure, words = Sure.POSSIBLE, "the source changed, but the recorded code no longer fits the log either"
    for change in changes:
        tried, row = inquiry.without(change)
        if tried and row is None:
            chosen, sure, words = change, Sure.PROVED, "without this change the code fits the log"
            break
        if tried and row is not None and left_at is not None and 0 <= left_at < row and sure is not Sure.PROVED:
            seq = inquiry.history.columns.seq[row]
            chosen, sure, words = change, Sure.PROVED, f"without this change the code fits the log up to event {seq}"
    if not proved & _brought_in(inquiry, chosen, set()):
        yield _change_reason(inquiry, chosen, cleared, sure, words)


def _change_reason(inquiry: Inquiry, change: Change, cleared: set[Cause], sure: Sure, words: str) -> Reason:
    cause = change.cause(inquiry.structural)
    brought = _brought_in(inquiry, change, cleared)
    instead = _unrecorded_instead(inquiry)
    if instead in _brought_in(inquiry, change, set()):
        return Reason(instead, sure, f"{words}: {_short(change.file)}:{change.line}", change.file, change.line)
    if brought and cause not in {Cause.PATCH, Cause.STEP_INSERTED, Cause.STEP_REMOVED, Cause.ENDED_EARLY}:
        cause = next(cause for cause in Cause if cause in brought)
        words += f", and it brings in {cause}"
        sure = Sure.LIKELY
    return Reason(cause, sure, f"{words}: {_short(change.file)}:{change.line}", change.file, change.line)


def _unrecorded_instead(inquiry: Inquiry) -> Cause:
    """What `time.time()` in the place of `wb.now()` is, and the like."""
    row = left_row(inquiry.rows, inquiry.exploration)
    return _DRAWN.get(row.slot.verb, Cause.UNKNOWN) if row is not None and row.slot is not None else Cause.UNKNOWN


def _brought_in(inquiry: Inquiry, change: Change, cleared: set[Cause]) -> set[Cause]:
    """Ambient reads on the changed lines that no experiment has cleared."""
    found = {read.cause for read in inquiry.reads if change.holds(read.place.file, read.place.line)}
    found |= {finding.cause for finding in inquiry.findings if change.holds(finding.file, finding.line)}
    return (found & AMBIENT) - cleared


def _patch_not_asked(inquiry: Inquiry) -> Iterator[Reason]:
    exploration = inquiry.exploration
    left_at = exploration.left_at
    for patch_id, row in exploration.record.patches.items():
        reached = left_at is not None and (left_at < 0 or row < left_at)
        if reached and patch_id not in exploration.checked:
            seq = inquiry.history.columns.seq[row]
            why = f"the log holds wb.patched({patch_id!r}) as event {seq}, and the code no longer asks it"
            yield Reason(Cause.PATCH, Sure.LIKELY, why)


def _by_account(inquiry: Inquiry) -> Reason:
    places = inquiry.present_stack
    file, line = (places[0].file, places[0].line) if places else ("", 0)
    error = inquiry.exploration.error
    if isinstance(error, PayloadError):
        why = f"a recorded value does not fit the code's types: {error.message}"
        return Reason(Cause.TYPE_CHANGED, Sure.PROVED, why, file, line)
    why = "log and code differ so where the code leaves the log"
    said = {"failed": "the code fails with ", "endless": ""}.get(inquiry.exploration.ended)
    if said is not None and inquiry.exploration.first is None:
        why += f"; {said}{inquiry.exploration.why}"
    known = inquiry.changes or not inquiry.versions.known
    return Reason(inquiry.structural, Sure.LIKELY if known else Sure.POSSIBLE, why, file, line, by_account=True)


def _short(file: str) -> str:
    return file.rpartition("/")[2]
