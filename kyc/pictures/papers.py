"""PDFs: refused when anything in them acts, and made a picture of otherwise."""

import io
from typing import Any

import pikepdf
import pypdfium2
from PIL import Image

from kyc.pictures.images import LONGEST_SIDE, MOST_PIXELS
from kyc.pictures.refused import Refused

MOST_PAGES = 5
MOST_OBJECTS = 20_000
DEEPEST = 30
DOTS_PER_POINT = 150 / 72
ACTS = {
    "/AA", "/JavaScript", "/JS", "/EmbeddedFiles", "/EmbeddedFile", "/Launch", "/SubmitForm",
    "/ImportData", "/RichMedia", "/XFA", "/GoToR", "/GoToE", "/Movie", "/Sound", "/Rendition",
    "/Filespec", "/3D", "/Thread", "/Hide", "/ResetForm", "/Collection", "/AF",
}  # fmt: skip


def flatten(data: bytes) -> tuple[Image.Image, int]:
    """Draw the pages of a harmless PDF below each other; give the picture and their number.

    Raises: Refused.
    """
    try:
        require_passive(data)
        return draw(data)
    except MemoryError:
        raise Refused("too_costly") from None
    except Refused:
        raise
    except pikepdf.PasswordError:
        raise Refused("encrypted") from None
    except Exception:  # noqa: BLE001  # whatever a reader says of it, it is no good document
        raise Refused("damaged") from None


def require_passive(data: bytes) -> None:
    """Look at every object for what acts, names files or hides something.

    Raises: Refused.
    """
    with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as paper:
        if paper.is_encrypted:
            raise Refused("encrypted")
        if len(paper.pages) > MOST_PAGES:
            raise Refused("too_many_pages")
        if len(paper.pages) == 0:
            raise Refused("damaged")
        if _acts_on_opening(paper.Root.get("/OpenAction")):
            raise Refused("active")
        look = Look()
        look.at(paper.trailer, 0)
        for thing in paper.objects:
            look.at(thing, 0)


def _acts_on_opening(found: Any) -> bool:
    """Say whether opening does more than to show a place, as writers of PDFs like to add."""
    if found is None or isinstance(found, pikepdf.Array):
        return False
    return not (isinstance(found, pikepdf.Dictionary) and found.get("/S") == pikepdf.Name("/GoTo"))


class Look:
    """Goes through objects and what is written directly in them, so far and no further."""

    def __init__(self) -> None:
        self.seen = 0

    def at(self, thing: Any, depth: int) -> None:
        """Look at one object.

        Raises: Refused.
        """
        self.seen += 1
        if self.seen > MOST_OBJECTS or depth > DEEPEST:
            raise Refused("too_costly")
        if ACTS & _names_of(thing):
            raise Refused("active")
        if _pixels_of(thing) > MOST_PIXELS:
            raise Refused("too_many_pixels")
        for part in _parts_of(thing):
            if not (isinstance(part, pikepdf.Object) and part.is_indirect):  # it has its own turn
                self.at(part, depth + 1)


def _names_of(thing: Any) -> set[str]:
    if isinstance(thing, pikepdf.Name):
        return {str(thing)}
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        return set(thing.keys())
    return set()


def _pixels_of(thing: Any) -> int:
    if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == "/Image":
        return int(thing.get("/Width", 0)) * int(thing.get("/Height", 0))
    return 0


def _parts_of(thing: Any) -> list[Any]:
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        return [thing[name] for name in thing.keys()]  # noqa: SIM118  # of a stream: bytes
    return list(thing) if isinstance(thing, pikepdf.Array) else []


def draw(data: bytes) -> tuple[Image.Image, int]:
    """Draw every page, as wide as the widest, on one long sheet."""
    paper = pypdfium2.PdfDocument(data, autoclose=True)
    try:
        count = len(paper)
        if not 0 < count <= MOST_PAGES:
            raise Refused("too_many_pages")
        sheets = [_draw_page(paper[number]) for number in range(count)]
    finally:
        paper.close()
    width, height = max(s.width for s in sheets), sum(s.height for s in sheets)
    sheet = Image.new("RGB", (width, height), "white")
    top = 0
    for drawn in sheets:
        sheet.paste(drawn, (0, top))
        top += drawn.height
    return sheet, count


def _draw_page(page: Any) -> Image.Image:
    width, height = page.get_size()
    if not (36 <= width <= 14_400 and 36 <= height <= 14_400):
        raise Refused("damaged")
    longest = LONGEST_SIDE * 0.7 / max(width, height)
    bitmap = page.render(
        scale=min(DOTS_PER_POINT, longest), may_draw_forms=False, draw_annots=False
    )
    drawn: Image.Image = bitmap.to_pil().convert("RGB")
    return drawn
