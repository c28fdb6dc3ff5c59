"""Having a file read by a process that may fail without harm."""

import json
import subprocess
import sys
import threading
from dataclasses import dataclass

from django.conf import settings

from coinhub.core.errors import Unavailable
from kyc.pictures import scan, signs
from kyc.pictures.refused import Refused

WALL_S = 12  # on a busy machine the three seconds of computing take longer
AT_ONCE = 2
WAIT_S = 15
_START = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from kyc.pictures import child; child.main()"
)
_places = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG of ours, made of an upload of the type ``kind``."""

    data: bytes
    kind: str
    width: int
    height: int
    pages: int


def make_picture(*, name: str, data: bytes) -> Picture:
    """Make a harmless picture of an upload; nothing of the upload itself is in it.

    Takes at most 3 s of computing and 300 MB in a process of its own; two at once in a web process.

    Raises: Refused, Unavailable when there is no place for it.
    """
    kind = signs.type_of(data)
    signs.require_extension(name, kind)
    scan.require_harmless(data)
    signs.require_single(data, kind)
    if not _places.acquire(timeout=WAIT_S):
        raise Unavailable(retry_after=10)
    try:
        answered = _run(kind, data)
    finally:
        _places.release()
    return _read(answered, kind)


def _run(kind: str, data: bytes) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603  # our own interpreter and words of ours
            [sys.executable, "-I", "-c", _START, str(settings.BASE_DIR), kind],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={},
            timeout=WALL_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Refused("too_costly") from None
    if done.returncode != 0:
        raise Refused("too_costly" if done.returncode < 0 else "damaged")
    return done.stdout


def _read(answered: bytes, kind: str) -> Picture:
    head, _, made = answered.partition(b"\n")
    said = json.loads(head)
    if "refused" in said:
        raise Refused(said["refused"])
    return Picture(
        data=made,
        kind=kind,
        width=int(said["width"]),
        height=int(said["height"]),
        pages=int(said["pages"]),
    )
