"""What somebody shows as a second factor: the code they typed, or what their passkey signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

STRANGER = ""  # nothing is known of the place it comes from
SIGNED_IN = "signed in"  # a session or token that went through a second factor


@dataclass(frozen=True, slots=True)
class Proof:
    """A code, or a credential that a passkey signed on the site ``host``.

    ``place`` says where it comes from: wrong codes are counted for each place by itself, so that
    strangers do not lock the owner out.
    """

    code: str = ""
    credential: Mapping[str, Any] | None = None
    host: str = ""
    place: str = STRANGER
