"""Papers of nobody for the sandbox, plainly marked, so that a reviewer has something to look at."""

import io

from PIL import Image, ImageDraw, ImageFont

SIZE = (1200, 780)
PAPER, INK, PALE = (226, 233, 228), (24, 54, 45), (176, 193, 184)


def specimen(title: str, lines: list[str], *, face: bool = True) -> bytes:
    """Draw a paper with a title and a few lines, as a JPEG."""
    image = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(image)
    large, small = ImageFont.load_default(56), ImageFont.load_default(36)
    draw.rectangle((20, 20, SIZE[0] - 20, SIZE[1] - 20), outline=INK, width=4)
    draw.text((60, 50), title, font=large, fill=INK)
    if face:
        draw.rectangle((60, 170, 380, 600), fill=PALE)
        draw.ellipse((150, 220, 290, 390), fill=INK)
        draw.pieslice((90, 400, 350, 800), 180, 360, fill=INK)
    for place, line in enumerate(lines):
        draw.text((430, 180 + 70 * place), line, font=small, fill=INK)
    draw.text((60, 660), "SPECIMEN - NOT A DOCUMENT", font=large, fill=(163, 40, 28))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()
