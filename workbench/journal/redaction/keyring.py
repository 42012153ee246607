"""The key of one recording: fingerprints and sealing. It lives beside no log, so that a log can be shared.

One file per recording under the user's state directory, made only when the first secret is met. From its 32 random
bytes two keys are derived, one for fingerprints, one for sealing.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import importlib
import os
import secrets
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from workbench._errors import NeedsSecretError

if TYPE_CHECKING:
    import uuid

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_FINGERPRINT_CHARS: Final = 12


def default_directory() -> Path:
    """Where keys are kept: below `$WORKBENCH_KEYS`, `$XDG_STATE_HOME`, or `~/.local/state`."""
    state = os.environ.get("WORKBENCH_KEYS") or os.environ.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local" / "state") / "workbench" / "keys"


class Keyring:
    """Key of one recording.

    Args:
        recording: Uuid of the recording.
        directory: Where the key file is kept; `default_directory()` unless given.
        create: Whether a missing key is made. A reader says `False`: a new key would give other fingerprints.

    Attributes:
        path: The key file; it need not exist.
    """

    def __init__(self, recording: uuid.UUID, directory: Path | str | None = None, *, create: bool = True) -> None:
        self.path = (default_directory() if directory is None else Path(directory)) / f"{recording.hex}.key"
        self._create = create
        self._keys: tuple[bytes, bytes] | None = None
        self._cipher: Any = None
        self._lock = threading.Lock()

    @property
    def exists(self) -> bool:
        """Whether there is a key: secrets were met, and by this user on this machine."""
        return self.path.is_file()

    def fingerprint(self, secret: bytes | str) -> str:
        """Short keyed hash: equal secrets of one recording are seen to be equal, and nothing else is.

        Raises:
            NeedsSecretError: The key is missing and may not be made.
        """
        raw = secret.encode("utf-8", "surrogatepass") if isinstance(secret, str) else secret
        return hmac.new(self._derived()[0], raw, hashlib.sha256).hexdigest()[:_FINGERPRINT_CHARS]

    def seal(self, raw: bytes) -> bytes | None:
        """Encrypted under the key, or `None` where `cryptography` is not installed.

        The nonce is a keyed hash of the content, so that recording the same value twice gives the same bytes; what
        that shows, equality, the fingerprint shows anyway.
        """
        cipher = self._aes()
        if cipher is None:
            return None
        nonce = hmac.new(self._derived()[1], raw, hashlib.sha256).digest()[:_NONCE_BYTES]
        sealed: bytes = nonce + cipher.encrypt(nonce, raw, None)
        return sealed

    def open(self, sealed: bytes) -> bytes:
        """The sealed bytes in clear.

        Raises:
            NeedsSecretError: Key or package is missing, or the bytes were sealed under another key.
        """
        if not self.exists:
            raise self._missing()
        cipher = self._aes()
        if cipher is None:
            message = "a sealed secret cannot be opened without the package cryptography"
            raise NeedsSecretError(message, hint="pip install cryptography")
        from cryptography.exceptions import InvalidTag

        try:
            opened: bytes = cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
        except (InvalidTag, ValueError) as error:
            message = f"a sealed secret was not sealed under the key {self.path}"
            raise NeedsSecretError(
                message, hint="the key file belongs to another recording, or was replaced"
            ) from error
        return opened

    def _missing(self) -> NeedsSecretError:
        return NeedsSecretError(
            f"the key of this recording is not here: {self.path}",
            hint="copy it from the machine that recorded, or supply the values",
        )

    def _aes(self) -> Any:
        if self._cipher is None:
            try:
                module = importlib.import_module("cryptography.hazmat.primitives.ciphers.aead")
            except ImportError:
                return None
            self._cipher = module.AESGCM(hmac.new(self._derived()[1], b"aes-gcm", hashlib.sha256).digest())
        return self._cipher

    def _derived(self) -> tuple[bytes, bytes]:
        if self._keys is None:
            with self._lock:
                master = self._read() or self._make()
                self._keys = (
                    hmac.new(master, b"workbench fingerprint", hashlib.sha256).digest(),
                    hmac.new(master, b"workbench seal", hashlib.sha256).digest(),
                )
        return self._keys

    def _read(self) -> bytes | None:
        try:
            handle = os.open(self.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        except FileNotFoundError:
            return None
        with os.fdopen(handle, "rb") as file:
            master = file.read(_KEY_BYTES + 1)
        if len(master) != _KEY_BYTES:
            message = f"the key file {self.path} is damaged: {len(master)} bytes instead of {_KEY_BYTES}"
            raise NeedsSecretError(message, hint="restore it from the machine that recorded")
        return master

    def _make(self) -> bytes:
        """A new key, complete or not there at all, and one winner where several processes make it at once."""
        if not self._create:
            raise self._missing()
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.path.with_name(f"{self.path.name}.{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):  # another process was first: its key is read below
                os.link(draft, self.path)
        finally:
            draft.unlink()
        master = self._read()
        if master is None:
            raise self._missing()
        return master
