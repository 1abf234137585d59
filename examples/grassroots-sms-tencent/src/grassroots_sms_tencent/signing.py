"""The signature TC3-HMAC-SHA256, as the documents of the API give it: four steps, all of them SHA-256."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

SERVICE = "sms"
CONTENT = "application/json; charset=utf-8"
SIGNED = "content-type;host"


def authorization(secret_id: str, secret_key: str, host: str, body: bytes, at: int) -> str:
    """The header ``Authorization`` for a POST of this body to this host at this moment (seconds, Unix)."""
    asked = "\n".join(
        (
            "POST",
            "/",
            "",
            f"content-type:{CONTENT}",
            f"host:{host}",
            "",
            SIGNED,
            hashlib.sha256(body).hexdigest(),
        )
    )
    day = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
    scope = f"{day}/{SERVICE}/tc3_request"
    told = "\n".join(("TC3-HMAC-SHA256", str(at), scope, hashlib.sha256(asked.encode()).hexdigest()))
    key = f"TC3{secret_key}".encode()
    for word in (day, SERVICE, "tc3_request"):
        key = hmac.digest(key, word.encode(), "sha256")
    signature = hmac.digest(key, told.encode(), "sha256").hex()
    return f"TC3-HMAC-SHA256 Credential={secret_id}/{scope}, SignedHeaders={SIGNED}, Signature={signature}"
