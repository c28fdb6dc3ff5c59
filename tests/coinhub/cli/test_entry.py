import ast
import subprocess
import sys
from pathlib import Path

import pytest

from coinhub.cli import entry, installation, manage, testing
from coinhub.cli.environment import PROJECT
from coinhub.core.embedded.errors import CannotRun

PRETEND = "import runpy, sys; sys.version_info = (3, 10, 9); runpy.run_module('coinhub')"


class TestOldPython:
    def test_is_told_in_one_line(self) -> None:
        done = subprocess.run(
            [sys.executable, "-c", PRETEND],
            capture_output=True,
            text=True,
            check=False,
            cwd=PROJECT,
        )

        assert done.returncode == 2
        assert done.stderr.startswith("CoinHub needs Python 3.11 or newer")
        assert done.stderr.count("\n") == 1
        assert done.stdout == ""

    def test_can_read_the_file_that_tells(self) -> None:
        source = (PROJECT / "coinhub" / "__main__.py").read_text()

        tree = ast.parse(source, feature_version=(3, 4))

        new = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Match, ast.FunctionDef)
        assert not [node for node in ast.walk(tree) if isinstance(node, new)]


class TestCommandLine:
    def test_an_unknown_command_cannot_run(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert entry.main(["fly"]) == 2
        assert "no command 'fly'" in capsys.readouterr().err

    def test_help_lists_every_command(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert entry.main(["help"]) == 0
        shown = capsys.readouterr().out
        assert all(command.usage in shown for command in entry.COMMANDS.values())

    def test_the_state_folder_is_taken_from_the_arguments_then_from_the_environment(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COINHUB_STATE_DIR", "/from/environment")

        assert entry.take_state_dir(["check"]) == (Path("/from/environment"), ["check"])
        assert entry.take_state_dir(["a", "--state-dir", "/x", "b"]) == (Path("/x"), ["a", "b"])
        assert entry.take_state_dir(["--state-dir=/y"]) == (Path("/y"), [])
        monkeypatch.delenv("COINHUB_STATE_DIR")
        assert entry.take_state_dir([]) == (PROJECT / "var", [])

    def test_a_state_folder_without_a_name_cannot_run(self) -> None:
        with pytest.raises(CannotRun, match="needs a folder"):
            entry.take_state_dir(["--state-dir"])

    def test_the_tests_run_on_two_processes_unless_the_caller_chooses(self) -> None:
        assert not testing.chooses_workers(["tests/wallets", "-k", "transfer"])
        assert testing.chooses_workers(["-n", "4"])
        assert testing.chooses_workers(["-n0"])
        assert testing.chooses_workers(["-p", "no:xdist"])
        assert testing.chooses_workers(["--pdb"])

    @pytest.mark.parametrize("command", [["manage", "check"], ["env"], ["demo-code", "a@b.c"]])
    def test_what_needs_a_running_installation_says_that_there_is_none(
        self, command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert entry.main([*command, "--state-dir", str(tmp_path)]) == 2

        said = capsys.readouterr().err
        assert "CoinHub is not running" in said
        assert said.count("\n") == 1


class TestServersOfTheOperator:
    @pytest.mark.parametrize(
        ("given", "missing"),
        [("DATABASE_URL", "DATABASE_OWNER_URL"), ("DATABASE_OWNER_URL", "DATABASE_URL")],
    )
    def test_half_a_database_is_refused_by_name(self, given: str, missing: str) -> None:
        with pytest.raises(CannotRun, match=f"{missing} is not"):
            installation.wanted_servers({given: "postgres://db.example.com/coinhub"})

    def test_each_part_is_replaced_by_itself(self) -> None:
        database = {"DATABASE_URL": "postgres://a", "DATABASE_OWNER_URL": "postgres://b"}
        wanted = installation.Wanted

        assert installation.wanted_servers({}) == wanted(postgres=True, valkey=True)
        assert installation.wanted_servers({"VALKEY_URL": "redis://v"}) == wanted(
            postgres=True, valkey=False
        )
        assert installation.wanted_servers(database) == wanted(postgres=False, valkey=True)


class TestOwnersAddress:
    def test_is_kept_from_web_worker_and_scheduler(self) -> None:
        everything = {"DATABASE_URL": "a", "DATABASE_OWNER_URL": "b", "DATABASE_ADMIN_URL": "c"}

        assert installation.without_owner(everything) == {"DATABASE_URL": "a"}

    def test_is_given_to_five_commands_only(self) -> None:
        assert {"migrate", "bootstrap", "replay", "reseal", "advance_ids"} == manage.OWNER_COMMANDS


class TestPort:
    def test_that_is_taken_is_refused(self) -> None:
        import socket

        with socket.socket() as taken:
            taken.bind((installation.HOST, 0))
            taken.listen()
            port = taken.getsockname()[1]
            with pytest.raises(CannotRun, match=f"port {port} cannot be used"):
                installation.require_port(port)

    def test_that_is_no_port_is_refused(self) -> None:
        with pytest.raises(CannotRun, match="is not a port"):
            installation.require_port(70_000)
