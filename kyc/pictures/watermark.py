"""The viewer's name and the time across a picture, so that a copy says whose look it was.

The pictures are ours, so they are read in this process; what strangers send never is.
"""

import io

from PIL import Image, ImageDraw, ImageFont
from PIL.JpegImagePlugin import JpegImageFile

from kyc.pictures.images import QUALITY

LEAN = 25  # degrees
SHADES = ((0, "white"), (1, "black"))  # one of them shows on any ground
VEIL = 90  # of 255: what is below stays readable


def mark(data: bytes, text: str) -> bytes:
    """Write a line of text again and again across one of our pictures."""
    image = JpegImageFile(io.BytesIO(data)).convert("RGB")
    stamp = _stamp(text, max(12, min(image.size) // 30))
    width, height = stamp.size
    for row, top in enumerate(range(-height // 3, image.height, height)):
        for left in range(-(row % 2) * width // 2, image.width, width):
            for shift, shade in SHADES:
                image.paste(shade, (left + shift, top + shift), stamp)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _stamp(text: str, size: int) -> Image.Image:
    """Draw the text once, leaning, with room around it."""
    font = ImageFont.load_default(size)
    left, top, right, bottom = font.getbbox(text)
    line = Image.new("L", (int(right - left) + 2 * size, int(bottom - top) + 2 * size))
    ImageDraw.Draw(line).text((size - left, size - top), text, fill=VEIL, font=font)
    return line.rotate(LEAN, expand=True, resample=Image.Resampling.BILINEAR)
