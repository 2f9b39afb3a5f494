"""The tree of the browser's files and its hash; serving it is in test_app.py."""

from pathlib import Path

from server.assets import STATIC, Assets
from tests.server.house import small_site


def test_the_hash_is_of_names_and_contents(tmp_path: Path) -> None:
    one = Assets(small_site(tmp_path / "one"))
    same = Assets(small_site(tmp_path / "same"))
    before = one.digest()
    assert same.digest() == before
    (tmp_path / "same" / "core" / "room.js").rename(tmp_path / "same" / "core" / "hall.js")
    (tmp_path / "one" / "core" / "new.js").write_text("", "utf-8")
    assert len({before, one.digest(), same.digest()}) == 3


def test_a_page_names_its_modules_under_the_hash(tmp_path: Path) -> None:
    assets = Assets(small_site(tmp_path / "site"))
    assert f'src="/assets/{assets.digest()}/core/room.js"' in assets.page("join").decode()


def test_the_files_of_the_repository_are_found() -> None:
    assert {"join.html", "student.html", "stage.html", "control.html"} <= {path.name for path in STATIC.glob("*.html")}
