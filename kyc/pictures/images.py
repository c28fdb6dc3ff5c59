"""Pictures read by the three decoders we allow and written anew, without anything beside pixels."""

import io
import warnings
from collections.abc import Callable

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from kyc.pictures.refused import Refused

MOST_PIXELS = 40_000_000
MOST_OF_WEBP = 16_000_000  # its decoder keeps several copies, which have to fit into the memory
SMALLEST_SIDE, SMALLEST_LONG_SIDE = 120, 320
LONGEST_SIDE = 3000  # what is kept: fine enough to read the small print of a passport
QUALITY = 88
BAND = 256
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
DECODERS: dict[str, Callable[[io.BytesIO], Image.Image]] = {
    "jpeg": JpegImageFile,
    "png": PngImageFile,
    "webp": WebPImageFile,
}


def redraw(data: bytes, kind: str) -> Image.Image:
    """Decode a whole picture, turn it upright and make it no larger than is kept.

    Raises: Refused.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if kind == "webp" and _pixels_of_webp(data) > MOST_OF_WEBP:
                raise Refused("webp_too_many_pixels")
            image = DECODERS[kind](io.BytesIO(data))
            require_size(*image.size)
            if getattr(image, "n_frames", 1) > 1:
                raise Refused("animated")
            if kind == "jpeg":
                image.draft("RGB", _kept(*image.size))
            image.load()
            turn = TURNS.get(image.getexif().get(ORIENTATION, 1))
            small = fit(image)
            return small.transpose(turn) if turn is not None else small
        except MemoryError:
            raise Refused("too_costly") from None
        except Refused:
            raise
        except Exception:  # noqa: BLE001  # whatever a decoder says of it, it is no good picture
            raise Refused("damaged") from None


def _kept(width: int, height: int) -> tuple[int, int]:
    """Give the size that is kept of a picture."""
    longest = max(width, height, LONGEST_SIDE)
    return width * LONGEST_SIDE // longest, height * LONGEST_SIDE // longest


def _pixels_of_webp(data: bytes) -> int:
    """Read the size before the decoder makes room for it; nothing for what says none.

    Source: the WebP container specification (VP8X, VP8L) and RFC 6386 9.1 (VP8).
    """
    chunk, said = data[12:16], data[20:30]
    if chunk == b"VP8X":
        wide, high = (int.from_bytes(said[at : at + 3], "little") + 1 for at in (4, 7))
    elif chunk == b"VP8L":
        bits = int.from_bytes(said[1:5], "little")
        wide, high = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        wide, high = (int.from_bytes(said[at : at + 2], "little") & 0x3FFF for at in (6, 8))
    return wide * high


def require_size(width: int, height: int) -> None:
    """Refuse before anything is decoded what has too many or too few pixels.

    Raises: Refused.
    """
    if width * height > MOST_PIXELS:
        raise Refused("too_many_pixels")
    if min(width, height) < SMALLEST_SIDE or max(width, height) < SMALLEST_LONG_SIDE:
        raise Refused("too_small")


def fit(image: Image.Image) -> Image.Image:
    """Make a picture small enough, on white paper, so that nothing shines through."""
    if image.mode not in ("RGB", "L"):
        image = _on_paper(image)
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=2)
    return image.convert("RGB")


def _on_paper(image: Image.Image) -> Image.Image:
    """Put a picture with other channels on white, band by band: two of it do not fit in memory."""
    width, height = image.size
    factor = max(1, max(width, height) // LONGEST_SIDE)
    paper = Image.new("RGB", (-(-width // factor), -(-height // factor)), "white")
    for top in range(0, height, BAND * factor):
        band = image.crop((0, top, width, min(height, top + BAND * factor)))
        band = band.convert("L") if band.mode.startswith("I") else band.convert("RGBA")
        flat = Image.new("RGB", band.size, "white")
        flat.paste(band, mask=band.getchannel("A") if band.mode == "RGBA" else None)
        paper.paste(flat.reduce(factor), (0, top // factor))
    return paper


def write(image: Image.Image) -> bytes:
    """Write the pixels as a JPEG, and only them."""
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=QUALITY, optimize=False)
    return out.getvalue()
