"""Why a file is not taken."""

WORDS: dict[str, str] = {
    "empty": "The file is empty.",
    "too_large": "The file has more than 10 MB.",
    "type": "We take JPEG, PNG, WebP and PDF.",
    "extension": "The name of the file does not match what it is.",
    "mixed": "The file holds more than a picture. Please save it anew and send that.",
    "malware": "The file was found to be harmful.",
    "damaged": "The file is damaged and cannot be read.",
    "too_many_pixels": "The picture has more than 40 megapixels.",
    "webp_too_many_pixels": "A WebP may have 16 megapixels. Please send it as JPEG or PNG.",
    "too_small": "The picture is too small to be read.",
    "animated": "The picture moves. Please send a still one.",
    "active": "The document holds scripts, forms or files. Please print it to a new PDF.",
    "encrypted": "The document has a password. Please send it without one.",
    "too_many_pages": "The document has more than 5 pages.",
    "too_costly": "The file takes too much to read. Please send a simpler one.",
}


class Refused(Exception):
    """A file is not taken; ``reason`` is one of ``WORDS``."""

    def __init__(self, reason: str) -> None:
        super().__init__(WORDS[reason])
        self.reason = reason
