"""The documents say what is there: settings with their defaults, links that lead somewhere."""

import ast
import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from coinhub.cli.entry import COMMANDS
from wallets.ledger import chart
from wallets.services.demo_story import PEOPLE

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
READERS = {f"env.{kind}" for kind in ("str", "bool", "int", "list", "db", "email_url")}
READERS |= {"choice", "keys", "switch", "number", "database", "os.environ.get"}
LINK = re.compile(r"\]\(([^)#\s]+)(#[^)]*)?\)")
ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+?) \| .+ \|$", re.MULTILINE)


def settings_read(path):
    """Give the variables a module reads with their defaults; ``...`` is none or a computed one."""
    found = {}
    for call in ast.walk(ast.parse((ROOT / path).read_text())):
        if not isinstance(call, ast.Call) or ast.unparse(call.func) not in READERS:
            continue
        name, *rest = call.args
        given = [k.value for k in call.keywords if k.arg == "default"] or rest
        if isinstance(name, ast.Constant):
            found[name.value] = literal(given[0]) if given else ...
    return found


def literal(node):
    """Give the value of a literal; ``...`` for what is computed."""
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ...


def written(value):
    """Write a default as the document does."""
    if value in ("", []):
        return "empty"
    if isinstance(value, list):
        return f"`{','.join(value)}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


READ = settings_read("coinhub/settings.py") | settings_read("coinhub/gunicorn.py")
DOCUMENTED = dict(ROW.findall((ROOT / "docs/settings.md").read_text()))
ELSEWHERE = {"COINHUB_TEST_DATA"}  # read by tests


class TestSettings:
    def test_finds_the_settings_in_the_source(self):
        assert {"SECRET_KEY", "DATABASE_URL", "COINHUB_SANDBOX", "COINHUB_BIND"} <= READ.keys()
        assert len(READ) > 20

    def test_every_setting_is_documented_and_no_other(self):
        assert DOCUMENTED.keys() - ELSEWHERE == READ.keys() | {"DATABASE_OWNER_URL"}

    @pytest.mark.parametrize("name", [name for name, value in READ.items() if value is not ...])
    def test_is_documented_with_its_default(self, name):
        assert DOCUMENTED[name] == written(READ[name])

    def test_says_which_settings_have_no_default(self):
        without = {name for name, default in DOCUMENTED.items() if default == "*required*"}
        assert without == {"COINHUB_FIELD_KEYS", "DATABASE_URL", "SECRET_KEY"}


class TestDocuments:
    @pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: str(p.relative_to(ROOT)))
    def test_links_lead_somewhere(self, document):
        links = [target for target, _ in LINK.findall(document.read_text())]
        inside = [target for target in links if "://" not in target and not target.startswith("/")]
        missing = [target for target in inside if not (document.parent / target).exists()]
        assert not missing

    @pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: str(p.relative_to(ROOT)))
    def test_begins_with_one_title_and_has_no_trailing_space(self, document):
        lines = document.read_text().splitlines()
        assert lines[0].startswith("# ")
        assert not [line for line in lines if line != line.rstrip()]

    def test_every_document_is_reached_from_the_index(self):
        index = (ROOT / "docs/index.md").read_text()
        unreached = [
            str(path.relative_to(ROOT / "docs"))
            for path in DOCUMENTS[1:]
            if path.parent.name != "decisions" and path.name not in index
        ]
        assert unreached == ["index.md"]

    def test_operations_name_every_command(self):
        text = (ROOT / "docs/operations.md").read_text()
        later = {"demo-code"}
        assert not [
            name for name in COMMANDS.keys() - later if f"python3 -m coinhub {name}" not in text
        ]
        ours = [n for n, app in get_commands().items() if app in ("wallets", "integrity")]
        assert len(ours) > 5
        assert not [name for name in ours if f"`{name}" not in text]

    def test_readme_names_the_demo_people(self):
        text = (ROOT / "README.md").read_text()
        assert not [person.email for person in PEOPLE if person.email not in text]

    def test_the_ledger_document_names_the_house_wallets(self):
        text = (ROOT / "docs/ledger.md").read_text()
        codes = {re.sub(r"^R\.FEE\..*", "R.FEE.*", entry.code) for entry in chart.HOUSE}
        assert not [code for code in codes if f"`{code}`" not in text]
