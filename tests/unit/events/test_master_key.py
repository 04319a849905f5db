"""The master key: made once, its owner's alone, never in the data folder."""

import base64
import os
import stat
import threading
from pathlib import Path

import platformdirs
import pytest

from shared.security.keys import MasterKeyUnusable, default_master_key_path, load_master_key

posix = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")


def test_the_master_key_is_made_once_with_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "config" / "wakeful" / "master.key"
    key = load_master_key(path)
    assert len(key) == 32
    assert load_master_key(path) == load_master_key(path, make=False) == key
    assert [file.name for file in path.parent.iterdir()] == ["master.key"]


@posix
def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "config" / "master.key"
    load_master_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620])
def test_a_master_key_that_others_may_touch_is_not_used(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "master.key"
    load_master_key(path)
    path.chmod(mode)
    with pytest.raises(MasterKeyUnusable, match=rf"has mode {mode:04o}.* run: chmod 600 {path}"):
        load_master_key(path)


@pytest.mark.parametrize("place", ["data/master.key", "data/deeper/master.key", "other/../data/master.key"])
def test_a_master_key_in_the_data_folder_is_not_used(tmp_path: Path, place: str) -> None:
    (tmp_path / "data").mkdir()
    with pytest.raises(
        MasterKeyUnusable, match=r"inside the data folder .*; move it out .*WAKEFUL_MASTER_KEY_FILE"
    ):
        load_master_key(tmp_path / place, data_folder=tmp_path / "data")
    assert not list((tmp_path / "data").iterdir())
    assert load_master_key(tmp_path / "master.key", data_folder=tmp_path / "data")


@posix
def test_a_link_out_of_the_data_folder_into_it_is_seen_through(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "looks-outside").symlink_to(tmp_path / "data")
    with pytest.raises(MasterKeyUnusable, match="inside the data folder"):
        load_master_key(tmp_path / "looks-outside" / "master.key", data_folder=tmp_path / "data")


def test_a_missing_master_key_is_told_where_none_may_be_made(tmp_path: Path) -> None:
    with pytest.raises(MasterKeyUnusable, match=r"there is no master key at .*; put it back from its backup"):
        load_master_key(tmp_path / "master.key", make=False)


@pytest.mark.parametrize("text", [b"", b"hello", base64.b64encode(bytes(16)), b"\xff" * 44, b"=" * 44])
def test_what_is_no_master_key_is_told(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "master.key"
    path.write_bytes(text)
    path.chmod(0o600)
    with pytest.raises(MasterKeyUnusable, match=r"holds no master key \(32 bytes in base64\)"):
        load_master_key(path)


def test_processes_that_start_together_get_one_master_key(tmp_path: Path) -> None:
    path, start = tmp_path / "config" / "master.key", threading.Barrier(8)
    keys: list[bytes] = []

    def work() -> None:
        start.wait()
        keys.append(load_master_key(path))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_the_default_place_is_the_users_configuration_folder() -> None:
    assert default_master_key_path() == Path(platformdirs.user_config_dir("wakeful")) / "master.key"
