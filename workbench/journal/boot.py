"""Which boot of which machine this is: after a restart an unsynced tail may be lost."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

__all__ = ["boot_hash"]

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@cache
def boot_hash() -> int:
    """A 64-bit hash of the kernel's boot id, or 0 where the system has none (macOS, Windows)."""
    try:
        text = _BOOT_ID.read_text(encoding="ascii")
    except OSError:
        return 0
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
