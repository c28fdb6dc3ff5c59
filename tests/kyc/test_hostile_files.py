"""Hostile files are refused in bounded time and memory; good ones come out as ours."""

import io
import time
import zlib

import pytest
from PIL import Image

from kyc.pictures import scan
from kyc.pictures.process import make_picture
from kyc.pictures.refused import WORDS, Refused
from tests.kyc.conftest import picture
from tests.kyc.hostile import JPEG, commented, paper, png, samples

SAMPLES = samples()


class TestHostile:
    def test_there_are_at_least_sixty(self):
        assert len(SAMPLES) >= 60
        assert len({sample[0] for sample in SAMPLES}) == len(SAMPLES)

    @pytest.mark.parametrize(
        ("name", "data", "reasons"), [s[1:] for s in SAMPLES], ids=[s[0] for s in SAMPLES]
    )
    def test_is_refused_for_its_reason_in_bounded_time(self, name, data, reasons):
        started = time.monotonic()
        with pytest.raises(Refused) as refusal:
            make_picture(name=name, data=data)
        assert refusal.value.reason in reasons
        assert time.monotonic() - started < 20
        assert str(refusal.value) == WORDS[refusal.value.reason]

    def test_a_scanner_that_fails_lets_nothing_through(self, monkeypatch):
        def fails(data):
            raise OSError("no scanner there")

        monkeypatch.setattr(scan, "_scanners", [fails])
        with pytest.raises(OSError, match="no scanner"):
            make_picture(name="a.jpg", data=JPEG)


class TestGood:
    @pytest.mark.parametrize(
        ("kind", "name"),
        [("JPEG", "a.jpg"), ("JPEG", "IMG 1.JPEG"), ("PNG", "a.png"), ("WEBP", "a.webp")],
    )
    def test_pictures_come_out_as_jpegs_of_ours(self, kind, name):
        made = make_picture(name=name, data=picture(kind))
        with Image.open(io.BytesIO(made.data)) as image:
            assert (image.format, image.size) == ("JPEG", (640, 420))
            assert (made.width, made.height, made.pages) == (640, 420, 1)
            assert image.getpixel((600, 400))[2] > 220

    def test_metadata_is_gone(self):
        image = Image.new("RGB", (640, 480), "white")
        exif = Image.Exif()
        exif[0x010F], exif[0x9286] = "CanaryPhone", "CanaryComment"
        exif[0x8825] = {1: "N", 2: (51.0, 30.0, 0.0)}
        out = io.BytesIO()
        image.save(out, "JPEG", exif=exif, comment=b"CanaryWords", icc_profile=b"CanaryProfile")
        assert out.getvalue().count(b"Canary") >= 3
        made = make_picture(name="a.jpg", data=out.getvalue())
        assert b"Canary" not in made.data
        with Image.open(io.BytesIO(made.data)) as kept:
            assert not kept.getexif()
            assert set(kept.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}

    def test_a_turned_photo_stands_upright(self):
        image = Image.new("RGB", (640, 480), "white")
        exif = Image.Exif()
        exif[0x0112] = 6
        out = io.BytesIO()
        image.save(out, "JPEG", exif=exif)
        assert make_picture(name="a.jpg", data=out.getvalue()).width == 480

    def test_what_shines_through_lies_on_white(self):
        image = Image.new("RGBA", (640, 480), (0, 0, 0, 0))
        out = io.BytesIO()
        image.save(out, "PNG")
        made = make_picture(name="a.png", data=out.getvalue())
        with Image.open(io.BytesIO(made.data)) as kept:
            assert min(kept.getpixel((300, 200))) > 250

    def test_nearly_forty_megapixels_fit(self):
        image = Image.radial_gradient("L").resize((7300, 5400)).convert("RGB")
        out = io.BytesIO()
        image.save(out, "JPEG")
        made = make_picture(name="a.jpg", data=out.getvalue())
        assert max(made.width, made.height) == 3000

    @pytest.mark.parametrize(
        ("options", "chunk"),
        [({}, b"VP8 "), ({"lossless": True}, b"VP8L"), ({"icc_profile": b"x" * 99}, b"VP8X")],
        ids=["lossy", "lossless", "extended"],
    )
    def test_a_webp_has_16_megapixels_at_most_and_is_told_so(self, options, chunk):
        for width, height in ((4600, 3470), (4700, 3500), (7300, 5400)):
            out = io.BytesIO()
            Image.radial_gradient("L").resize((width, height)).convert("RGB").save(
                out, "WEBP", **options
            )
            assert out.getvalue()[12:16] == chunk
            if width * height <= 16_000_000:
                assert make_picture(name="a.webp", data=out.getvalue()).width == 3000
            else:
                with pytest.raises(Refused, match="16 megapixels"):
                    make_picture(name="a.webp", data=out.getvalue())

    def test_a_smaller_picture_that_phones_add_is_left_out(self):
        made = make_picture(name="a.jpg", data=JPEG + picture(size=(160, 120)))
        assert (made.width, made.height) == (640, 420)

    def test_an_ordinary_comment_is_no_reason(self):
        assert make_picture(name="a.jpg", data=commented(b"my cat and I")).width == 640

    def test_a_picture_with_more_pixels_than_it_says_is_read_as_far_as_it_says(self):
        body = zlib.compress(bytes(90_000_000), 9)
        made = make_picture(name="a.png", data=png(400, 300, body))
        assert (made.width, made.height) == (400, 300)

    def test_the_pages_of_a_pdf_become_one_picture(self):
        def three(pdf):
            pdf.add_blank_page(page_size=(595, 842))
            pdf.add_blank_page(page_size=(842, 595))

        made = make_picture(name="a.pdf", data=paper(three))
        assert (made.kind, made.pages) == ("pdf", 3)
        assert made.data.startswith(b"\xff\xd8\xff")
        assert made.height > made.width
