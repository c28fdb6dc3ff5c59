"""What must not be in the repository, and what must be complete."""

import re
from io import StringIO

import pytest
from django.core.management import call_command

from tests.house.source import ROOT, name_of, tracked

TEXT = {".py", ".sql", ".md", ".toml", ".txt", ".in", ".html", ".css", ".js", ".json", ".sh", ""}
# Built from parts, so that this file is not the one that is found.
TRACES = {
    "a path of one machine": "/" + r"(work/(main|shared)|home/[a-z]+|Users/[A-Za-z]+)/",
    "a private package registry": r"https?://[^\s\"']*(artifactory|nexus|devpi|/simple" + r"/)",
    "an index in a lock file": r"^--(extra-)?index" + r"-url|\"resolved\": \"http(?!s://registry"
    r"\.npmjs\.org/)",
    "a private key": "-----BEGIN [A-Z ]*PRIVATE" + " KEY",
    # Twelve characters and more: shorter ones are examples that parse, and no installation's.
    "a password in an address": r"(postgres(ql)?|redis|amqp)://[a-z_]*:" + r"[^@\s{<.$\"']{12,}@",
}


@pytest.fixture(scope="module")
def texts():
    found = {}
    for path in tracked():
        name = name_of(path)
        if path.suffix in TEXT and "/vendor/" not in name and path.name != "package-lock.json":
            found[name] = path.read_text(encoding="utf-8", errors="replace")
    return found


class TestTheRepository:
    @pytest.mark.parametrize("what", TRACES)
    def test_holds_no_trace_of_where_it_was_made_and_no_secret(self, texts, what):
        pattern = re.compile(TRACES[what], re.M)
        seen = [
            f"{name}: {hit[0]}" for name, text in texts.items() if (hit := pattern.search(text))
        ]
        assert seen == []

    def test_has_no_large_or_generated_file(self):
        large = [
            name_of(path)
            for path in tracked()
            if path.stat().st_size > 700_000 or path.suffix in {".pyc", ".sqlite3", ".log"}
        ]
        assert large == []

    def test_pins_every_package_with_a_hash(self, texts):
        for name in ("requirements.txt", "requirements-dev.txt"):
            text = texts[name].replace("\\\n", " ")
            lines = [line for line in text.splitlines() if re.match(r"[a-z0-9]", line, re.I)]
            assert len(lines) >= 30
            assert [
                line for line in lines if "==" not in line or "--hash=sha256:" not in line
            ] == []


class TestMigrations:
    def test_are_complete(self, committed_db):
        said = StringIO()
        try:
            call_command("makemigrations", check=True, dry_run=True, stdout=said, stderr=said)
        except SystemExit:
            pytest.fail(said.getvalue())

    def test_are_named_by_hand(self):
        automatic = [
            name_of(path)
            for path in ROOT.glob("*/**/migrations/[0-9]*.py")
            if re.search(r"_auto_|_and_more", path.name) and ".venv" not in path.parts
        ]
        assert automatic == []


class TestTemplates:
    def test_have_no_script_style_or_handler_inside(self):
        inline = re.compile(
            r"<script(?![^>]*\bsrc=)|<style|\sstyle\s*=|\son[a-z]+\s*=|javascript:", re.I
        )
        files = [path for path in tracked() if path.suffix in (".html", ".svg")]
        assert len(files) >= 20
        seen = [
            f"{name_of(path)}: {hit[0]}"
            for path in files
            if "/vendor/" not in name_of(path) and (hit := inline.search(path.read_text()))
        ]
        assert seen == []

    def test_ask_nothing_of_other_hosts(self):
        outside = re.compile(r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//", re.I)
        seen = [
            name_of(path)
            for path in tracked()
            if path.suffix == ".html" and outside.search(path.read_text())
        ]
        assert seen == []
