"""Tokens of users: 256 random bits each, kept as a hash.

The hash is plain SHA-256. A slow one (scrypt, argon2) protects secrets that people choose, which can be guessed one
after the other; 2**256 tokens cannot be, however fast the hash, and a slow one would be paid on every request.
"""

from __future__ import annotations

import hashlib
import secrets

PREFIX = "ospo_"
"""Lets scanners of code and logs know one where it does not belong."""
BYTES = 32


def new_token() -> str:
    """48 characters of the alphabet of base64url."""
    return PREFIX + secrets.token_urlsafe(BYTES)


def digest_of(token: str) -> str:
    """What is kept of a token, and compared: SHA-256 as 64 hexadecimal digits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
