"""Seals a backup with a key, in the age format: the age tool opens it too, and nobody without the key.

A key is a pair. The public one (`age1…`) can only seal; the secret one (`AGE-SECRET-KEY-1…`) does both.
"""

from __future__ import annotations

from pathlib import Path

import pyrage

_MARK = b"age-encryption.org/"


class WrongKey(Exception):
    """The key is none, or not the one with which this was sealed."""


def new_key() -> tuple[str, str]:
    """A secret key and its public one."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def is_sealed(file: Path) -> bool:
    """Whether a file was sealed. Raises OSError."""
    with file.open("rb") as content:
        return content.read(len(_MARK)) == _MARK


def seal(file: Path, into: Path, key: str) -> None:
    """Write a file sealed, with a public or a secret key. Raises WrongKey, OSError."""
    try:
        recipient = (
            pyrage.x25519.Recipient.from_str(key) if key.startswith("age1") else _identity(key).to_public()
        )
    except pyrage.RecipientError as error:
        raise WrongKey(str(error)) from None
    with file.open("rb") as content, into.open("wb") as sealed:
        pyrage.encrypt_io(content, sealed, [recipient])


def unseal(file: Path, into: Path, key: str) -> None:
    """Write what was sealed as it was, with the secret key. Raises WrongKey, OSError."""
    identity = _identity(key)
    try:
        with file.open("rb") as sealed, into.open("wb") as content:
            pyrage.decrypt_io(sealed, content, [identity])
    except pyrage.DecryptError as error:
        raise WrongKey(str(error)) from None


def _identity(key: str) -> pyrage.x25519.Identity:
    try:
        return pyrage.x25519.Identity.from_str(key)
    except pyrage.IdentityError as error:
        raise WrongKey(str(error)) from None
