"""An official imports a plan from the command line and Excel, takes it back, and imports it once more."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.excel import Excel
from tests.support.worlds import Caller, World, eventually

BINH_DINH = Path(__file__).parents[1] / "data" / "binh-dinh-1205-kh-svhtt-2023.docx"


def planned(admin: Caller) -> list[dict[str, Any]]:
    return admin.items("/notifications/v1/reminders", state="planned", limit=200)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_after_undo_no_reminder_is_planned_and_confirmed_again_each_is_planned_once(
    world: World,
) -> None:
    admin = world.caller()
    file = (BINH_DINH.name, BINH_DINH.read_bytes())
    preview = admin.post("/plans/v1/imports", files={"file": file})
    here = f"/plans/v1/imports/{preview['id']}"
    page = httpx.get(admin.address(preview["links"]["page"]), timeout=30)
    assert "8 nhiệm vụ thành 35 nghĩa vụ" in page.text

    book = Excel(httpx.get(admin.address(preview["links"]["workbook"]), timeout=30).content)
    book.write("Nhiệm vụ", 2, "Ấn định ngày", "30/9/2023")
    returned = admin.http.put(
        admin.address(f"{here}/workbook"),
        files={"file": ("sua.xlsx", book.saved())},
        headers={"If-Match": '"1"'},
    )
    assert [c["field"] for c in returned.json()["changes"]] == ["deadline"]

    first = admin.post(f"{here}:confirm", {})
    owed = admin.items("/plans/v1/obligations", plan_id=first["id"], limit=200)
    dated = {o["id"] for o in owed if o["due_on"]}
    assert len(dated) == len(owed), "the task without a day has one now"
    eventually(lambda: {r["obligation_id"] for r in planned(admin)} == dated)
    count = len(planned(admin))

    admin.post(f"{here}:undo", {"reason": "Nhập nhầm bản dự thảo"})
    eventually(lambda: planned(admin) == [])
    told = admin.items("/notifications/v1/obligations", limit=200)
    assert {o["state"] for o in told} == {"cancelled"}

    second = admin.post(f"{here}:confirm", {})
    eventually(lambda: len(planned(admin)) == count)
    ours = {o["id"] for o in admin.items("/plans/v1/obligations", plan_id=second["id"], limit=200)}
    assert {r["obligation_id"] for r in planned(admin)} <= ours
    keys = [(r["obligation_id"], r["rule_id"], r["offset"], r["role"]) for r in planned(admin)]
    assert len(keys) == len(set(keys))
    assert [p["id"] for p in admin.items("/plans/v1/plans")] == [second["id"]]


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_the_command_shows_first_and_imports_when_told(tmp_path: Path) -> None:
    settings = {"CCHC_SAMPLE": "0", "CCHC_CLOCK": "2023-06-19T09:00:00+07:00"}
    with World(tmp_path / "var", **settings) as world:
        world.wait_ready()
        admin = world.caller()

        def run(*options: str) -> str:
            environment = os.environ | {
                "CCHC_URL": world.url,
                "CCHC_DATA_DIR": str(world.data),
                "PYTHONIOENCODING": "utf-8",
            }
            command = [sys.executable, "-m", "services.cli.main", "plan", "import", str(BINH_DINH)]
            done = subprocess.run(
                [*command, *options], env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr
            return done.stdout

        tried = run("--dry-run")
        assert "Chỉ xem trước; không giữ lại gì." in tried
        assert {i["state"] for i in admin.items("/plans/v1/imports")} == {"discarded"}
        shown = run()
        assert (
            "Đọc được: 1205/KH-SVHTT, ngày 16/06/2023, năm 2023: 8 nhiệm vụ, 12 chỉ tiêu." in shown
        )
        assert "      thời hạn: Định kỳ theo quy định → chưa có ngày" in shown
        assert "Chưa nhập gì." in shown
        assert admin.items("/plans/v1/plans") == []
        [link] = [line.partition(": ")[2] for line in shown.splitlines() if line.startswith("Xem và in")]  # fmt: skip
        assert httpx.get(link, timeout=30).status_code == 200

        [kept] = admin.items("/plans/v1/imports", state="previewed")
        corrected = admin.http.patch(
            admin.address(f"/plans/v1/imports/{kept['id']}"),
            json={"head": {"number": "1300/KH-SVHTT"}},
            headers={"If-Match": "*"},
        )
        assert corrected.status_code == 200
        done = run("--confirm")
        assert "Tệp này đã có bản xem trước (2 chỗ đã sửa); dùng bản đó." in done or "(1 chỗ đã sửa)" in done  # fmt: skip
        assert "Đã nhập: kế hoạch 1300/KH-SVHTT năm 2023, 8 nhiệm vụ, đã ban hành" in done
        assert [p["number"] for p in admin.items("/plans/v1/plans")] == ["1300/KH-SVHTT"]
