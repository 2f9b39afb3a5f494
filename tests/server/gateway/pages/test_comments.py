"""Comments and indentation are left out where scripts and sheets are served, and nothing else."""

import pytest

from server.gateway.pages import comments


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  a = 1; // one\n\n\n  b = 2;", "a = 1;\nb = 2;\n"),
        ("a /* one */ + b", "a + b\n"),
        ("a/* one */b", "a b\n"),
        ("return /* a\nline */ x", "return\nx\n"),
        ("/** doc\n * more\n */\nf();", "f();\n"),
        ("a = 'it // is'; b = \"/* text */\"; c = '\\'//'", "a = 'it // is'; b = \"/* text */\"; c = '\\'//'\n"),
        ("a = `two\n   lines // ${ f({ b: `in // ${c}` }) /* gone */ }  end`;", None),
        ("x = y / 2; // half\nz = (a) / b / c", "x = y / 2;\nz = (a) / b / c\n"),
        ("s.replace(/[/*]\\/'\"`/g, '') // a quote", "s.replace(/[/*]\\/'\"`/g, '')\n"),
        ("return /'/.test(s) // a quote", "return /'/.test(s)\n"),
        ("a = b.return / 2 // '", "a = b.return / 2\n"),
        ("if (a) { b } else { c } // d", "if (a) { b } else { c }\n"),
    ],
)
def test_a_script_keeps_all_but_comments_and_indentation(text: str, kept: str | None) -> None:
    whole = "a = `two\n   lines // ${ f({ b: `in // ${c}` }) }  end`;\n"
    assert comments.script(text) == (whole if kept is None else kept)


def test_a_sheet_keeps_all_but_comments_and_indentation() -> None:
    text = "/* top */\n.a::before {\n  content: '/* kept */ \\' \"';  /* gone */\n  margin: calc(1em / 2);\n}\n"
    assert comments.sheet(text) == ".a::before {\ncontent: '/* kept */ \\' \"';\nmargin: calc(1em / 2);\n}\n"


@pytest.mark.parametrize("text", ["a = 'open\n'", "a = `open ${b}", "a = `open ${b", "}", "{", 'a = "open'])
def test_a_literal_without_an_end_is_told(text: str) -> None:
    with pytest.raises(comments.NotReadable, match="expected"):
        comments.script(text)


def test_a_comment_without_an_end_is_told() -> None:
    with pytest.raises(comments.NotReadable, match="expected an end"):
        comments.sheet("a { } /* open")
