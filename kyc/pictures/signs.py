"""What a file is by its own bytes, and whether it is that and nothing else; no decoder is used."""

from kyc.pictures.refused import Refused

MOST_BYTES = 10_000_000
EXTENSIONS = {"jpeg": (".jpg", ".jpeg"), "png": (".png",), "webp": (".webp",), "pdf": (".pdf",)}
# Nothing of a picture looks so: words of programs and pages, and beginnings of other files.
WORDS = (
    b"<script",
    b"<?php",
    b"<svg",
    b"<html",
    b"<!doctype",
    b"<iframe",
    b"javascript:",
    b"%pdf-",
)
BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!\x1a", b"7z\xbc\xaf", b"\x7fELF", b"GIF8", b"MZ")


def type_of(data: bytes) -> str:
    """Name the type that the first bytes say.

    Raises: Refused.
    """
    if not data:
        raise Refused("empty")
    if len(data) > MOST_BYTES:
        raise Refused("too_large")
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    if data.startswith(b"%PDF-"):
        return "pdf"
    raise Refused("type")


def require_extension(name: str, kind: str) -> None:
    """Refuse a name that says something else than the content.

    Raises: Refused.
    """
    if "\x00" in name or not name.lower().endswith(EXTENSIONS[kind]):
        raise Refused("extension")


def require_single(data: bytes, kind: str) -> None:
    """Refuse a file that is something else as well.

    Raises: Refused.
    """
    if kind == "pdf":
        _require_pdf_alone(data)
        return
    lowered = data.lower()
    if any(word in lowered for word in WORDS):
        raise Refused("mixed")
    tail = {"jpeg": _after_jpeg, "png": _after_png, "webp": _after_webp}[kind](data)
    if tail.startswith(b"\xff\xd8\xff"):  # phones add a smaller picture
        tail = tail[:0]
    if tail.endswith(b"SEFT"):  # what one maker's phones add
        tail = b"" if not any(mark in tail for mark in BEGINNINGS[:-1]) else tail
    if tail.strip(b"\x00"):
        raise Refused("mixed")


def _require_pdf_alone(data: bytes) -> None:
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise Refused("damaged")
    if data[end + 5 :].strip(b"\r\n \x00"):
        raise Refused("mixed")


def _after_png(data: bytes) -> bytes:
    """Walk the chunks; give what follows the last."""
    place = 8
    while place + 12 <= len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        name = data[place + 4 : place + 8]
        place += 12 + length
        if name == b"IEND":
            return data[place:]
    raise Refused("damaged")


def _after_webp(data: bytes) -> bytes:
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise Refused("damaged")
    return data[end:]


def _after_jpeg(data: bytes) -> bytes:
    """Walk the segments and the compressed data between them; give what follows the end mark."""
    place = 2
    while place + 2 <= len(data):
        if data[place] != 0xFF:
            raise Refused("damaged")
        mark = data[place + 1]
        if mark == 0xFF:  # filling
            place += 1
        elif mark == 0xD9:
            return data[place + 2 :]
        elif 0xD0 <= mark <= 0xD7 or mark == 0x01:
            place += 2
        else:
            place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
            if mark == 0xDA:
                place = _next_mark(data, place)
    raise Refused("damaged")


def _next_mark(data: bytes, place: int) -> int:
    """Skip compressed data, in which a mark is followed by zero or a restart number."""
    while True:
        place = data.find(b"\xff", place)
        if place < 0 or place + 1 >= len(data):
            raise Refused("damaged")
        follower = data[place + 1]
        if follower == 0 or 0xD0 <= follower <= 0xD7:
            place += 2
        else:
            return place
