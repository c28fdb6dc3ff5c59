"""Tests of the look's source: contrast in both themes, a strict policy, assets as vendored."""

import hashlib
import re
from itertools import product
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "coinhub/static"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SURFACES = ("paper", "surface", "surface-2", "brand-soft", "held-soft", "stop-soft")
TEXTS = ("ink", "ink-2", "ink-3")
PAIRS = [
    *product(TEXTS, SURFACES),
    *product(("brand", "brand-hover"), ("paper", "surface", "surface-2", "brand-soft")),
    ("on-brand", "brand"),
    ("on-brand", "brand-hover"),
    *product(("in",), ("paper", "surface", "surface-2", "brand-soft")),
    *product(("held",), ("held-soft", "surface")),
    *product(("stop",), ("stop-soft", "surface")),
    *product(("on-purse", "on-purse-2"), ("purse", "purse-2")),
]
SHAPES = [
    *product(("line-strong",), ("paper", "surface")),
    *product([f"tint-{place}" for place in range(6)], ("surface",)),
    *product(("purse-available", "purse-held", "purse-locked"), ("purse", "purse-2")),
]


def tokens(theme: int) -> dict[str, str]:
    """Read the colours of a theme: 0 is light, 1 is dark."""
    css = (STATIC / "app/tokens.css").read_text()
    pairs = re.findall(r"--ch-([a-z0-9-]+): light-dark\((#\w{6}), (#\w{6})\);", css)
    single = re.findall(r"--ch-([a-z0-9-]+): (#\w{6});", css)
    return {name: both[theme] for name, *both in pairs} | dict(single)


def luminance(colour: str) -> float:
    """Give the relative luminance as WCAG 2.2 defines it."""
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(PAIRS, 4.5), (SHAPES, 3.0)], ids=["text", "shapes"])
def test_every_colour_is_readable_where_it_stands(theme, pairs, least):
    colours = tokens(theme)
    faint = {
        (one, other): round(contrast(colours[one], colours[other]), 2)
        for one, other in pairs
        if contrast(colours[one], colours[other]) < least
    }
    assert faint == {}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_needs_a_hole_in_the_policy(template):
    text = template.read_text()
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"<style|\sstyle=|javascript:", text)
    assert not re.search(r"<[^>{]*\son[a-z]+\s*=", text)
    assert not re.search(r"""(src|href)=["'](https?:)?//""", text)


def test_every_icon_that_is_used_is_in_the_sprite_and_no_other():
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "app/icons.svg").read_text()))
    listed = set((ROOT / "coinhub/web/icons.txt").read_text().split())
    used = {
        name
        for template in TEMPLATES
        for name in re.findall(r"{% icon '([^']+)' %}", template.read_text())
    }
    assert used == sprite == listed


def test_vendored_files_are_as_they_were_taken():
    vendor = STATIC / "vendor"
    lines = (vendor / "SHA256SUMS").read_text().splitlines()
    told = {name: checksum for checksum, name in (line.split(maxsplit=1) for line in lines)}
    found = {
        f"./{path.relative_to(vendor)}": hashlib.sha256(path.read_bytes()).hexdigest()
        for path in vendor.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }
    assert found == told


def test_no_stylesheet_asks_somebody_else():
    for path in STATIC.rglob("*.css"):
        addresses = re.findall(r"url\(\s*[\"']?([^\"')]+)", path.read_text())
        assert [a for a in addresses if not a.startswith(("data:", "../vendor/", "#"))] == [], path
        assert "sourceMappingURL" not in path.read_text()
