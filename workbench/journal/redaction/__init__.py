"""Secrets stay out of the log: found before a value is encoded, replaced by a marker, kept only sealed.

Known-secret fields never reach the disk in clear; that every secret is found cannot be promised. The name rule is
written down in `names`, the shapes are in `patterns`, the key is kept by `keyring`.
"""

from __future__ import annotations

from workbench.journal.codec import Redacted
from workbench.journal.redaction.keyring import Keyring
from workbench.journal.redaction.known import KnownSecrets
from workbench.journal.redaction.names import secret_kind
from workbench.journal.redaction.redactor import Redactor
from workbench.journal.redaction.reveal import reveal
from workbench.journal.redaction.sharing import Secret, SecretScan, check_shareable

__all__ = [
    "Keyring",
    "KnownSecrets",
    "Redacted",
    "Redactor",
    "Secret",
    "SecretScan",
    "check_shareable",
    "reveal",
    "secret_kind",
]
