"""What an approval is bound to: everything a checker is shown, as one hash."""

import hashlib
import json
from typing import Any

from coinhub.approvals.models import Approval


def digest_of(approval: Approval) -> str:
    """Give the SHA-256 of what was proposed: kind, target and its version, payload, reason, maker.

    The text that is hashed is JSON with sorted names and no spaces.

    Raises: TypeError for a payload with a fraction: amounts are texts.
    """
    content = {
        "kind": approval.kind,
        "target_type": approval.target_type,
        "target_id": approval.target_id,
        "target_version": approval.target_version,
        "payload": _exact(approval.payload),
        "reason": approval.reason,
        "maker": str(approval.maker_id),
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _exact(value: Any) -> Any:
    """Let through what reads back from the database exactly as it was written."""
    if isinstance(value, dict):
        return {_name(name): _exact(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_exact(inner) for inner in value]
    if value is None or isinstance(value, str | int | bool):
        return value
    raise TypeError(f"a payload holds texts, whole numbers, yes, no and nothing, not {value!r}")


def _name(name: Any) -> str:
    if not isinstance(name, str):
        raise TypeError(f"a member of a payload is named by a text, not {name!r}")
    return name
