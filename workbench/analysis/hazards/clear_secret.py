"""Also flagged: a secret stands in the log in clear."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.discreet import Unkeyed, kind_by_name
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.analysis.hazards.placeholder import is_placeholder
from workbench.analysis.hazards.places import name_at
from workbench.analysis.hazards.wording import listed
from workbench.analysis.provenance import Leaf
from workbench.journal.codec import Redacted
from workbench.journal.redaction.texts import TextRules

__all__ = ["CLEAR_SECRET"]

_HANDLE: Final = re.compile(
    r"(?:vault|arn|ssm|env|op|keyring|secret|secrets|ref|handle|file|gcp|aws|azure|kms|k8s|projects)(?::|/).*"
    r"|\$\{?\w+\}?|\{\{.*\}\}|<[\w -]+>|\*+|x+|\W*(?:redacted|hidden|masked|filtered|removed|none|null)\W*",
    re.IGNORECASE | re.DOTALL,
)
"""Where a secret is, or that something was taken out: no secret."""
_EXAMPLES: Final = re.compile(
    r"\b(?:A3T[A-Z0-9]|ABIA|ACCA|AGPA|AIDA|AIPA|AKIA|ANPA|ANVA|AROA|ASIA)[A-Z0-9]{4,}EXAMPLE\b"
    r"|\b(?:wJalrXUtnFEMI|je7MtGbClwBF)/[\w/+]{3,20}/[\w+]{3,20}EXAMPLEKEY\b"
    r"|\bsk_test_(?:4eC39HqLyjWDarjtT1zdp7dc|BQokikJOvBiI2HlWgH4olfQ2|26PHem9AhJZvU623DfE1x4sd)\b"
    r"|\bACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX\b|\bSG\.x{5,}\.x{5,}\b"
)
"""Keys that stand in the documentation of AWS, Stripe, Twilio and SendGrid: they open nothing."""
_RULES: Final = "hazards: rules of secrets"
_SHORTEST: Final = 4
_LONGEST: Final = 100_000
_NOTED: Final = 20


def _detect(case: Case) -> Iterator[Evidence]:
    found: dict[tuple[str, str], list[int]] = {}
    rules: TextRules = case.history.kept.get(_RULES) or TextRules(Unkeyed(), {}, seal=False)
    case.history.kept[_RULES] = rules  # they remember short texts that hold nothing
    for row in case.rows:
        for leaf in case.leaves(row):
            kind = _secret_in(leaf, rules)
            if kind:
                found.setdefault((kind, name_at(leaf.path) or leaf.path), []).append(row)
    for (kind, name), rows in found.items():
        names = list(dict.fromkeys(case.history.declaration(row).name or "the run" for row in rows))
        text = f"`{name}` holds a secret ({kind}) in clear: {listed(names)}"
        yield Evidence(case.seqs(*rows[:_NOTED]), text, tuple(names[:_NOTED]), 0.9)


def _secret_in(leaf: Leaf, rules: TextRules) -> str:
    """The kind of secret that a value is, or holds; `""` for none. The rules are those by which recording redacts."""
    value = leaf.value
    if type(value) is bytes:
        value = value[:_LONGEST].decode("utf-8", "ignore") if b"\x00" not in value[:_LONGEST] else ""
    if type(value) is not str or len(value) < _SHORTEST:  # a redacted one is no plain text
        return ""
    kind = kind_by_name(leaf.path)
    if kind and (is_placeholder(value, name_at(leaf.path)) or _EXAMPLES.fullmatch(value.strip())):
        return ""
    if kind and not _HANDLE.fullmatch(value) and "⟨redacted:" not in value:
        return kind
    text = _EXAMPLES.sub("", value[:_LONGEST])
    if text in rules.clean or "⟨redacted:" in text or not rules.suspicious(text) or _HANDLE.fullmatch(text):
        return ""
    found = rules.scan(text)
    return found.kind if isinstance(found, Redacted) else ""


CLEAR_SECRET = Hazard(
    id="clear-secret",
    number=0,
    title="Secret in the log",
    severity=Severity.WARNING,
    sight=Sight.LOG,
    explanation=(
        "A log lives longer than a credential is guarded: it is copied, shared, attached to a ticket. Whoever reads "
        "it has the key."
    ),
    fix="""\
Leave redaction on, name what is secret here besides, and renew what was written down:

    @wb.step(kind="read", sensitive=("customer.pin", "otp"))
    def log_in(customer): ...
""",
    false_alarm_if="the value is a test key, an example, or only looks like a secret.",
    detect=_detect,
    source="security notes of this project; docs.temporal.io, data encryption",
)
