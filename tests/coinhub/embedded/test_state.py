import os
import shutil
import stat
from collections import namedtuple
from pathlib import Path

import pytest

from coinhub.core.embedded.errors import CannotRun
from coinhub.core.embedded.state import Running, State


@pytest.fixture
def state(tmp_path: Path) -> State:
    made = State(tmp_path / "var")
    made.open()
    return made


class TestSecrets:
    def test_are_made_once_and_readable_by_nobody_else(self, state: State) -> None:
        made = state.secrets()

        assert State(state.folder).secrets() == made
        mode = stat.S_IMODE((state.folder / "secrets.json").stat().st_mode)
        assert mode == 0o600

    def test_differ_between_installations(self, state: State, tmp_path: Path) -> None:
        other = State(tmp_path / "other")
        other.open()

        mine, theirs = state.secrets(), other.secrets()

        assert mine.app_password != theirs.app_password
        assert len({mine.admin_password, mine.owner_password, mine.app_password}) == 3

    def test_are_not_replaced_when_there_is_data_that_needs_the_old_ones(
        self, state: State
    ) -> None:
        with pytest.raises(CannotRun, match="is missing but there is data"):
            state.secrets(data_exists=True)

        assert not (state.folder / "secrets.json").exists()

    def test_that_are_damaged_are_kept_for_the_operator(self, state: State) -> None:
        path = state.folder / "secrets.json"
        path.write_text('{"secret_key": "half')

        with pytest.raises(CannotRun, match="is damaged"):
            state.secrets()

        assert path.read_text() == '{"secret_key": "half'


class TestLock:
    def test_refuses_a_second_installation_on_the_same_folder(self, state: State) -> None:
        state.lock()

        with pytest.raises(CannotRun, match="already running"):
            State(state.folder).lock()

    def test_is_free_again_afterwards(self, state: State) -> None:
        state.lock()
        state.unlock()

        State(state.folder).lock()

    def test_knows_where_the_installation_is_reached_only_while_it_runs(self, state: State) -> None:
        running = Running("http://127.0.0.1:1", "postgres://a", "postgres://b", None, "unix:///c")
        state.lock()
        state.say_running(running)

        assert State(state.folder).running() == running
        assert stat.S_IMODE((state.folder / "running.json").stat().st_mode) == 0o600

        state.unlock()
        with pytest.raises(CannotRun, match="is not running"):
            State(state.folder).running()

    def test_does_not_believe_what_a_killed_installation_left(self, state: State) -> None:
        state.lock()
        state.say_running(Running("http://127.0.0.1:1", "a", "b", None, "c"))
        kept = (state.folder / "running.json").read_text()
        state.unlock()
        (state.folder / "running.json").write_text(kept)

        with pytest.raises(CannotRun, match="is not running"):
            State(state.folder).running()


class TestFolder:
    def test_that_cannot_be_made_is_one_clear_line(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")

        with pytest.raises(CannotRun, match="cannot be written: Not a directory"):
            State(tmp_path / "file" / "var").open()

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write into a read-only folder")
    def test_that_is_read_only_is_one_clear_line(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o555)

        with pytest.raises(CannotRun, match="cannot be written: Permission denied"):
            State(tmp_path / "var").open()

    def test_on_a_file_system_nobody_may_write_is_one_clear_line(self) -> None:
        if not Path("/proc/self").exists():
            pytest.skip("needs /proc, which is read-only even for root")

        with pytest.raises(CannotRun, match="cannot be written"):
            State(Path("/proc/coinhub")).open()

    def test_on_a_full_disk_is_one_clear_line(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        usage = namedtuple("usage", "total used free")
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 1_000_000))

        with pytest.raises(CannotRun, match="is full: 1 MB free"):
            State(tmp_path / "var").open()
