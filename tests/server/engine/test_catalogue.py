"""The catalogue: schemas of every message, defaults, who may send what, and formulas as SVG."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar
from xml.etree import ElementTree

import msgspec
import pytest

from server.engine import catalogue, formula
from server.protocol import messages as p
from server.protocol.vocabulary import CORE_COMMANDS, CORE_FRAMES
from server.room import entry as entries
from server.room.scene import Context, Formula, Params, Scene
from tests.server.probe import SCENES, ProbeParams


@pytest.fixture(scope="module")
def scenes() -> dict[str, Any]:
    return msgspec.json.decode(catalogue.scenes_body(SCENES), type=dict[str, Any])


@pytest.fixture(scope="module")
def protocol() -> dict[str, Any]:
    return msgspec.json.decode(catalogue.protocol_body(SCENES), type=dict[str, Any])


def test_scene_is_told_with_params_defaults_and_actions(scenes: dict[str, Any]) -> None:
    probe = scenes["scenes"]["probe"]
    assert probe["title"] == "Probe"
    assert probe["params"]["properties"]["size"] == {
        "title": "Size",
        "type": "integer",
        "minimum": 1,
        "maximum": 9,
        "default": 3,
    }
    assert probe["defaults"] == msgspec.to_builtins(ProbeParams())
    assert probe["actions"]["probe.learned"]["who"] == []
    assert probe["actions"]["probe.move"]["who"] == ["instructor", "stage", "student"]
    assert "x" in probe["actions"]["probe.move"]["schema"]["required"]
    assert isinstance(scenes["lectures"], list)


def test_protocol_holds_every_command_and_frame(protocol: dict[str, Any]) -> None:
    assert protocol["version"] == p.VERSION
    commands = {str(c.__struct_config__.tag) for c in (*CORE_COMMANDS, *p.GATEWAY_COMMANDS, *SCENES["probe"].actions)}
    frames = {str(f.__struct_config__.tag) for f in (*CORE_FRAMES, *SCENES["probe"].frames_sent)}
    assert protocol["commands"].keys() == commands
    assert protocol["frames"].keys() == frames
    assert protocol["commands"]["open"]["who"] == ["instructor"]


def test_every_reference_of_the_protocol_leads_somewhere(protocol: dict[str, Any]) -> None:
    text = msgspec.json.encode(protocol).decode()
    references = set(re.findall(r'"\$ref":"#/\$defs/([^"]+)"', text))
    assert references
    assert references <= protocol["$defs"].keys()


def test_tensor_is_described_with_dtype_and_axes(protocol: dict[str, Any]) -> None:
    tensor = protocol["$defs"]["Values"]["properties"]["values"]
    assert tensor["x-tensor"] == "f8"
    assert tensor["x-shape"] == ["N"]
    assert tensor["required"] == ["dtype", "shape", "at"]


def svg(latex: str, words: str = "in words", prefix: str = "a-b") -> ElementTree.Element:
    return ElementTree.fromstring(formula.formula_svg(Formula(latex, words), prefix))


def local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def test_formula_has_a_size_and_its_words_as_title() -> None:
    root = svg(r"\frac{1}{2}", "one half, < 1")
    assert {"width", "height", "viewBox"} <= root.attrib.keys()
    title = root[0]
    assert (local(title), title.text) == ("title", "one half, < 1")
    assert root.attrib["aria-labelledby"] == title.attrib["id"]


def test_color_is_kept_for_its_own_term_alone() -> None:
    fills = [e.attrib["fill"] for e in svg(r"a + \color{#0072B2}{b} + c").iter() if "fill" in e.attrib]
    assert fills == ["currentColor", "currentColor", "#0072B2", "currentColor", "currentColor"]


def test_a_line_over_a_term_has_the_colour_of_the_term() -> None:
    lines = [
        e.attrib["fill"] for e in svg(r"\color{#0072B2}{\overline{Y}} - \overline{Z}").iter() if local(e) == "rect"
    ]
    assert lines == ["#0072B2", "currentColor"]


def test_ids_differ_between_formulas_and_references_follow() -> None:
    first, second = svg("x + y", prefix="one"), svg("x + y", prefix="two")
    ids = [{e.attrib["id"] for e in root.iter() if "id" in e.attrib} for root in (first, second)]
    assert not ids[0] & ids[1]
    for root, known in zip((first, second), ids, strict=True):
        uses = {e.attrib["href"][1:] for e in root.iter() if local(e) == "use"}
        assert uses
        assert uses <= known


def test_unknown_latex_is_refused_by_name() -> None:
    with pytest.raises(formula.FormulaError, match=r"formula p: .*nosuch"):
        formula.formula_svg(Formula(r"\nosuch{x}", "w"), "p")


def test_broken_latex_is_named_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(AssertionError):
        formula.formula_svg(Formula(r"\frac{1}", "w"), "scene-name")
    assert "formula scene-name cannot be read" in caplog.text


def test_a_part_is_what_a_page_shows_of_a_scene() -> None:
    (part,) = (part for part in catalogue.parts(SCENES) if part.name == "probe")
    entry = msgspec.json.decode(part.entry)
    assert entry.keys() == {"title", "summary", "params", "defaults", "formulas"}
    assert entry["formulas"].keys() == part.formulas.keys()
    for name, drawing in part.formulas.items():
        known = entry["formulas"][name]
        root = ElementTree.fromstring(drawing)
        assert known["words"] == SCENES["probe"].formulas[name].words
        assert known["width"] == pytest.approx(float(root.attrib["width"]) / 24)
        assert known["height"] == pytest.approx(float(root.attrib["height"]) / 24)
    assert part.digest == entries.digest("probe", SCENES["probe"])


def test_the_index_names_every_scene(scenes: dict[str, Any]) -> None:
    rows = msgspec.json.decode(catalogue.index_body(SCENES))["scenes"]
    whole = scenes["scenes"]
    assert rows == {name: {key: whole[name][key] for key in ("title", "summary", "digest")} for name in whole}


def test_a_digest_is_of_the_scene_and_of_nothing_else() -> None:
    class Plain(Scene[Params, None]):
        title = "Plain"
        summary = "Nothing happens."
        params = Params
        formulas: ClassVar[Mapping[str, Formula]] = {"one": Formula("x", "ex")}

        def initial(self, params: Params, context: Context) -> None:
            return None

    class Worded(Plain):
        formulas: ClassVar[Mapping[str, Formula]] = {"one": Formula("x", "an x")}

    class Titled(Plain):
        title = "Another"

    class Doing(Plain):
        def label(self, state: None) -> str:
            return "shown nowhere in the entry"

    def digest(scene: Scene[Any, None]) -> str:
        return entries.digest("plain", scene)

    assert digest(Doing()) == digest(Plain())
    assert len({digest(Plain()), digest(Worded()), digest(Titled())}) == 3
