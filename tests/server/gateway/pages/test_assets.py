"""The tree of the browser's files and its hash; serving it is in test_app.py."""

import re
from pathlib import Path

import pytest

from server.gateway.pages import modules
from server.gateway.pages.assets import STATIC, Assets
from tests.server.house import small_site


def test_the_hash_is_of_names_and_contents(tmp_path: Path) -> None:
    one = Assets(small_site(tmp_path / "one"), patience=0)
    same = Assets(small_site(tmp_path / "same"), patience=0)
    before = one.digest()
    assert same.digest() == before
    (tmp_path / "same" / "core" / "room.js").rename(tmp_path / "same" / "core" / "hall.js")
    (tmp_path / "one" / "core" / "new.js").write_text("", "utf-8")
    assert len({before, one.digest(), same.digest()}) == 3


def test_a_page_names_its_modules_under_the_hash(tmp_path: Path) -> None:
    assets = Assets(small_site(tmp_path / "site"))
    assert f'src="/assets/{assets.digest()}/core/room.js"' in assets.page("join").body.decode()


def test_the_files_of_the_repository_are_found() -> None:
    assert {"join.html", "student.html", "stage.html", "control.html"} <= {path.name for path in STATIC.glob("*.html")}


def test_a_page_has_one_sheet_and_names_all_its_modules() -> None:
    tree = Assets()
    for name in ("join", "student", "stage", "control"):
        page = tree.page(name).body.decode()
        assert page.count('rel="stylesheet"') == 1
        assert f'href="/assets/{tree.digest()}/sheets/{name}.css"' in page
        texts = {path.relative_to(STATIC).as_posix(): path.read_text("utf-8") for path in STATIC.rglob("*.js")}
        wanted = modules.closure(texts, f"views/{name}.js")
        named = re.findall(r'rel="modulepreload" href="/assets/\w+/([^"]+)"', page)
        assert [f"views/{name}.js", *named] == wanted


def test_sheets_can_be_merged() -> None:
    """What they name is not relative to where they lie, and none brings in another."""
    for path in STATIC.rglob("*.css"):
        assert not re.search(r"url\(|@import|@charset", path.read_text("utf-8")), path


def test_the_source_is_served_as_it_was_written() -> None:
    tree = Assets()
    page = tree.page("stage", source=True).body.decode()
    prefix = f"source-{tree.digest()}"
    assert f'src="/assets/{prefix}/views/stage.js"' in page
    assert f'href="/assets/{prefix}/theme.css"' in page
    for path in ("views/stage.js", "theme.css"):
        found, cache = tree.file(f"{prefix}/{path}")
        assert (found.body, cache) == ((STATIC / path).read_bytes(), "no-cache")
        assert len(tree.file(f"{tree.digest()}/{path}")[0].body) < len(found.body)


def test_a_file_that_cannot_be_read_is_served_whole(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = small_site(tmp_path / "site")
    (folder / "core" / "bad.js").write_text("/* doc */ a = `open", "utf-8")
    tree = Assets(folder)
    assert tree.file(f"{tree.digest()}/core/bad.js")[0].body == b"/* doc */ a = `open"
    assert "core/bad.js is served with its comments" in caplog.text


def test_a_picture_is_served_as_it_is_and_a_document_is_not_served(tmp_path: Path) -> None:
    folder = small_site(tmp_path / "site")
    (folder / "pictures").mkdir()
    picture = b"RIFF\x10\x00\x00\x00WEBPVP8 \xff\xfe"  # no text in any encoding that a page has
    (folder / "pictures" / "radius.webp").write_bytes(picture)
    (folder / "README.md").write_text("# static\n", "utf-8")
    tree = Assets(folder)
    found, cache = tree.file(f"{tree.digest()}/pictures/radius.webp")
    assert (found.body, found.media_type) == (picture, "image/webp")
    assert "immutable" in cache
    with pytest.raises(KeyError):
        tree.file(f"{tree.digest()}/README.md")


def test_no_page_fetches_a_picture_of_the_documents() -> None:
    for path in (path for path in STATIC.rglob("*") if path.suffix in (".js", ".css", ".html")):
        assert ".webp" not in path.read_text("utf-8"), path


def test_the_files_are_looked_at_once_a_second(tmp_path: Path) -> None:
    folder = small_site(tmp_path / "site")
    patient, eager = Assets(folder, patience=1000), Assets(folder, patience=0)
    (folder / "core" / "room.js").write_text("export const room = 2;\n", "utf-8")
    assert patient.digest() != eager.digest()
