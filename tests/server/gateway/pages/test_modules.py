"""The graph of the browser's modules, from which pages and scenes get their lists."""

import posixpath
import re

import pytest

from server.gateway.pages import modules
from server.gateway.pages.assets import FACES, STATIC

SCRIPTS = {path.relative_to(STATIC).as_posix(): path.read_text("utf-8") for path in STATIC.rglob("*.js")}
TREE = SCRIPTS | {path.relative_to(STATIC).as_posix(): path.read_text("utf-8") for path in STATIC.rglob("*.css")}


def test_a_module_needs_what_it_imports() -> None:
    text = """
/** @typedef {import('./types.js').T} T */
import { a } from './a.js';
import {
  b,
} from "../b.js";
import './c.js';
export { d } from './d.js';
export * from './e.js';
const text = "import { no } from './no.js'";
"""
    assert modules.needed("x/y.js", text) == ("x/a.js", "b.js", "x/c.js", "x/d.js", "x/e.js")


MAY_IMPORT = {"core": ("core/",), "draw": ("core/", "draw/"), "views": ("core/", "draw/", "views/")}
"""By folder, what its modules may import; a scene's may import core, draw and its own folder. Types count as well."""


def may_import(name: str) -> tuple[str, ...]:
    folder, _, rest = name.partition("/")
    if folder == "scenes":
        return "core/", "draw/", f"scenes/{rest.partition('/')[0].removesuffix('.js')}/"
    return MAY_IMPORT[folder]


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_imports_point_down(name: str) -> None:
    """A scene is a folder that can be taken away; what two of them share lies in `draw/`."""
    quoted = re.findall(r"""\b(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]""", SCRIPTS[name])
    wanted = [posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) for path in quoted]
    assert [path for path in wanted if not path.startswith(may_import(name))] == []


def test_every_import_of_the_tree_is_in_the_graph() -> None:
    """Whatever stands in quotes behind `from` in a line of code is found, however the line is written."""
    for name, text in SCRIPTS.items():
        code = re.sub(r"/\*[\s\S]*?\*/", "", text)
        wanted = re.findall(r"""\b(?:from|import)\s*['"](\.[^'"]+)['"]""", code)
        assert len(modules.needed(name, text)) == len(wanted), name


def test_a_closure_has_each_module_once_and_the_first_first() -> None:
    tree = {
        "a.js": "import { b } from './b.js';\nimport { c } from './c.js';",
        "b.js": "import { c } from './c.js';",
        "c.js": "import { a } from './a.js';",
    }
    assert modules.closure(tree, "a.js") == ["a.js", "b.js", "c.js"]
    with pytest.raises(modules.NoModule, match=r"a.js: expected a file of the tree, got an import of c.js"):
        modules.closure({name: text for name, text in tree.items() if name != "c.js"}, "a.js")


def test_a_face_lies_in_its_own_file_or_in_the_scenes() -> None:
    tree = {
        "core/x.js": "",
        "scenes/one.js": "import '../core/x.js';\nexport function stage(host) {}\nexport function student(host) {}",
        "scenes/two.js": "export { stage } from './two/stage.js';\nexport { student } from './two/parts.js';",
        "scenes/two/stage.js": "import './ink.js';\nexport function stage(host) {}",
        "scenes/two/student.js": "export class Student {}",
        "scenes/two/parts.js": "export function student(host) {}",
        "scenes/two/ink.js": "",
        "scenes/two/two.css": "",
    }
    assert modules.views(tree, ("stage", "student", "control"), ["core/x.js"]) == {
        "one": {"stage": ["scenes/one.js"], "student": ["scenes/one.js"]},
        "two": {
            "stage": ["scenes/two/stage.js", "scenes/two/ink.js", "scenes/two/two.css"],
            "student": [
                *("scenes/two.js", "scenes/two/stage.js", "scenes/two/parts.js", "scenes/two/ink.js"),
                "scenes/two/two.css",
            ],
        },
    }


@pytest.mark.parametrize("page", sorted(FACES))
def test_every_scene_has_its_views(page: str) -> None:
    names = {path.name.removesuffix(".js") for path in (STATIC / "scenes").glob("*.js")}
    found = modules.views(TREE, FACES[page], ())
    assert found.keys() == names
    needed = {FACES[page][0]}
    assert [name for name, faces in found.items() if not needed <= faces.keys()] == []


def test_a_phone_loads_no_stage_and_a_stage_no_phone() -> None:
    """Where a scene is a folder, as all of ours are; one of a single file comes whole."""
    for face, other in (("student", "stage"), ("stage", "student")):
        for name, faces in modules.views(TREE, (face,), ()).items():
            assert f"scenes/{name}/{other}.js" not in faces[face]
