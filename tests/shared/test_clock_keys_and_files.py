"""Do the small parts keep their promises: clock, keys, ids, files, secrets on disk?"""

import asyncio
import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import SandboxClock, SystemClock, today
from shared.files import DamagedFile, DiskFileStore
from shared.ids import derived_id, new_id
from shared.keys import hash_secret, make_key, read_key
from shared.runtime.bootstrap import administrator_key, secret_in
from shared.search_text import search_key
from tests.support.frozen_clock import FrozenClock

START = datetime(2026, 1, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-11-20T16:59:59+00:00", date(2026, 11, 20)),
        ("2026-11-20T17:00:00+00:00", date(2026, 11, 21)),
        ("2026-12-31T17:00:00+00:00", date(2027, 1, 1)),
        ("2026-03-29T01:30:00+01:00", date(2026, 3, 29)),
    ],
)
def test_the_business_day_is_the_day_in_vietnam(instant: str, day: date) -> None:
    assert today(FrozenClock(instant)) == day


def test_the_sandbox_clock_runs_on_and_moves_forward_only(tmp_path: Path) -> None:
    clock = SandboxClock(START, tmp_path / "clock.json")
    assert START <= clock.now() < START + timedelta(minutes=1)
    clock.advance(timedelta(days=30))
    assert clock.now() >= START + timedelta(days=30)
    with pytest.raises(ValueError, match="never moves back"):
        clock.advance(timedelta(seconds=-1))


def test_the_sandbox_clock_goes_on_after_a_restart_where_it_was(tmp_path: Path) -> None:
    state = tmp_path / "clock.json"
    SandboxClock(START, state).advance(timedelta(days=30))
    later = SandboxClock(START + timedelta(days=3650), state)
    assert START + timedelta(days=30) <= later.now() < START + timedelta(days=31)
    assert json.loads(state.read_text()).keys() == {"shift_seconds"}


def test_the_real_clock_knows_its_zone() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)


def test_a_fresh_key_is_read_back_and_only_its_hash_is_needed() -> None:
    keys = [make_key() for _ in range(50)]
    assert len({k.key_id for k in keys}) == len({k.text for k in keys}) == 50
    for key in keys:
        assert read_key(key.text) == key
        secret = key.text.split("_", 2)[2]
        assert key.secret_hash == hash_secret(secret) == hashlib.sha256(secret.encode()).hexdigest()
        assert len(secret) == 43  # 256 bits


@given(st.text(max_size=80))
def test_no_text_breaks_the_reading_of_a_key(text: str) -> None:
    assert read_key(text) is None


def test_ids_sort_by_the_time_they_were_made_and_derived_ones_are_stable() -> None:
    made = [new_id() for _ in range(200)]
    assert made == sorted(made)
    assert len(set(made)) == 200
    assert {i.version for i in made} == {7}
    assert derived_id("a", "b") == derived_id("a", "b") != derived_id("ab")


async def test_a_file_is_stored_under_the_hash_of_its_content(tmp_path: Path) -> None:
    store = DiskFileStore(tmp_path)
    key = await store.put(b"content")
    assert key == hashlib.sha256(b"content").hexdigest()
    assert await store.put(b"content") == key
    assert await store.get(key) == b"content"
    assert [f.name for f in tmp_path.rglob("*") if f.is_file()] == [key]


async def test_the_same_file_stored_by_many_at_once_is_stored_once(tmp_path: Path) -> None:
    store = DiskFileStore(tmp_path)
    keys = await asyncio.gather(*(store.put(b"x" * 100_000) for _ in range(20)))
    assert len(set(keys)) == 1
    assert len([f for f in tmp_path.rglob("*") if f.is_file()]) == 1
    assert await store.get(keys[0]) == b"x" * 100_000


async def test_a_file_changed_on_disk_is_noticed(tmp_path: Path) -> None:
    store = DiskFileStore(tmp_path)
    key = await store.put(b"content")
    [file] = [f for f in tmp_path.rglob("*") if f.is_file()]
    file.write_bytes(b"c0ntent")
    with pytest.raises(DamagedFile):
        await store.get(key)


@pytest.mark.parametrize("damage", [b"con", b"c0ntent", b""])
async def test_a_damaged_file_is_mended_by_storing_it_again(tmp_path: Path, damage: bytes) -> None:
    store = DiskFileStore(tmp_path)
    key = await store.put(b"content")
    [file] = [f for f in tmp_path.rglob("*") if f.is_file()]
    file.write_bytes(damage)
    assert await store.put(b"content") == key
    assert await store.get(key) == b"content"


async def test_a_file_that_is_not_there_is_a_key_error_and_deleting_it_is_harmless(
    tmp_path: Path,
) -> None:
    store = DiskFileStore(tmp_path)
    key = await store.put(b"content")
    await store.delete(key)
    await store.delete(key)
    with pytest.raises(KeyError):
        await store.get(key)


def test_the_administrators_key_is_made_once_and_only_on_a_first_start(tmp_path: Path) -> None:
    assert administrator_key(tmp_path, first_start=False) == (None, False)
    key, shown = administrator_key(tmp_path, first_start=True)
    assert shown
    again, shown = administrator_key(tmp_path, first_start=False)
    assert (again, shown) == (key, False)
    assert (tmp_path / "admin.key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "admin.key").write_text("damaged")
    assert administrator_key(tmp_path, first_start=False) == (None, False)


def test_the_installations_secret_stays_the_same_and_private(tmp_path: Path) -> None:
    secret = secret_in(tmp_path)
    assert secret_in(tmp_path) == secret
    assert len(secret) == 32
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Quản lý Văn hóa", "quan ly van hoa"), ("ĐÔN ĐỐC", "don doc"), ("Quy\u0301", "quy"),
        ("  a--b  ", "a b"), ("İstanbul", "istanbul"), ("ẩẪệỡự", "aaeou"), ("", ""), ("…", ""),
        ("Phòng KH-TC (mới)", "phong kh tc moi"), ("a\x00b", "a b"), ("100%_\\", "100"),
    ],
)  # fmt: skip
def test_a_search_key_is_plain(text: str, key: str) -> None:
    assert search_key(text) == key


@given(st.text())
def test_a_search_key_holds_nothing_a_query_could_trip_over(text: str) -> None:
    key = search_key(text)
    assert all(c.isascii() and (c.isalnum() or c == " ") for c in key)
    assert search_key(key) == key
