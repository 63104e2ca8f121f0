"""Papers and exports as they leave: files to keep, under the name they have, for whoever may have them."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from core.domain.errors import NotFound, StorageFailed
from core.domain.roles import Viewer
from core.services.desk import Desk
from core.web import downloads
from tests.web.conftest import Door


@pytest.fixture(params=["papers", "exports", "payment-files"])
def address(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The path of a kind of download; the reviewer may have file f1, and the name of f1 is in ``f1.name``."""
    file = tmp_path / "content"
    file.write_bytes(b"%PDF-1.7")

    def find(_desk: Desk, viewer: Viewer, file_id: str) -> tuple[SimpleNamespace, Path]:
        if file_id == "lost":
            raise StorageFailed("文件在服务器上缺失")
        if viewer.username != "reviewer" or file_id != "f1":
            raise NotFound("没有这份材料")
        name = tmp_path / "name"
        return SimpleNamespace(file_name=name.read_text("utf-8"), media_type="application/pdf"), file

    monkeypatch.setattr(downloads, "open_paper", find)
    monkeypatch.setattr(downloads, "open_export", find)
    monkeypatch.setattr(downloads, "open_run_file", find)
    (tmp_path / "name").write_text("a.pdf", "utf-8")
    return f"/{request.param}"


def test_a_file_is_to_be_kept_and_can_do_nothing(door: Door, address: str) -> None:
    answer = door.user().get(f"{address}/f1")

    assert (answer.status_code, answer.content) == (200, b"%PDF-1.7")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="a.pdf"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("离职证明.pdf", "filename*=utf-8''%E7%A6%BB%E8%81%8C%E8%AF%81%E6%98%8E.pdf"),
        ('a"; filename="b.exe', "filename*=utf-8''a%22%3B%20filename%3D%22b.exe"),
        ("a\nSet-Cookie: x=1.pdf", "filename*=utf-8''a%0ASet-Cookie%3A%20x%3D1.pdf"),
        ("a b.pdf", "filename*=utf-8''a%20b.pdf"),
    ],
)
def test_a_name_is_a_name_whatever_stands_in_it(door: Door, address: str, tmp_path: Path, name: str, sent: str) -> None:
    (tmp_path / "name").write_text(name, "utf-8")

    answer = door.user().get(f"{address}/f1")

    assert answer.headers["content-disposition"] == f"attachment; {sent}"
    assert "set-cookie" not in answer.headers


def test_a_file_that_is_not_ones_own_is_not_there(door: Door, address: str) -> None:
    for name, file_id in (("other", "f1"), ("admin", "f1"), ("reviewer", "f2"), ("reviewer", "..%2ff1")):
        answer = door.user(name).get(f"{address}/{file_id}")

        assert answer.status_code == 404, (name, file_id)
        assert "%PDF" not in answer.text
    assert "没有这份材料" in door.user("other").get(f"{address}/f1").text


def test_a_file_that_is_lost_is_told_in_one_sentence(door: Door, address: str) -> None:
    answer = door.user().get(f"{address}/lost")

    assert answer.status_code == 507
    assert "文件在服务器上缺失" in answer.text
    assert "返回首页" in answer.text


def test_a_stranger_with_the_address_is_asked_to_sign_in(door: Door, address: str) -> None:
    answer = door.visitor().get(f"{address}/f1")

    assert answer.status_code == 303
    assert answer.headers["location"] == f"/login?next={address}/f1"
