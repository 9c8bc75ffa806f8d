"""What of a student's outputs may be shown: text and pictures, nothing that acts."""

from __future__ import annotations

import base64
import json
import os
import struct

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert.filters.ansi import ansi2html

from grader.outputs import MAX_OUTPUTS, MAX_TEXT, PNG, clean_attachments, clean_outputs, clean_text, note


def picture(width: int, height: int) -> str:
    """As much of a PNG as says how large it is."""
    return base64.b64encode(PNG + b"\0\0\0\x0dIHDR" + struct.pack(">II", width, height) + b"pixels").decode()


PICTURE = picture(2, 3)
FUZZ_EXAMPLES = int(os.environ.get("GRADER_FUZZ_EXAMPLES", "0"))
MANY = settings(max_examples=FUZZ_EXAMPLES or 200, deadline=None, database=None, derandomize=not FUZZ_EXAMPLES)


def clean(*outputs: object, omitted: int = 0) -> list[dict]:
    """Cleaned outputs as plain dictionaries; whatever comes out must be a valid output of a notebook."""
    cleaned = clean_outputs(json.dumps(outputs), omitted)
    cell = nbformat.v4.new_code_cell(outputs=cleaned)
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))
    return json.loads(json.dumps(cleaned))


def shown(**data: object) -> dict:
    return {"output_type": "display_data", "data": {key.replace("_", "/"): value for key, value in data.items()}}


def stream(text: str, name: str = "stdout") -> dict:
    return {"output_type": "stream", "name": name, "text": text}


def error(ename: str = "E", evalue: str = "v", traceback: object = ()) -> dict:
    return {"output_type": "error", "ename": ename, "evalue": evalue, "traceback": traceback}


def test_text_and_pictures_are_kept():
    kept = [stream("hello\n"), stream("oh\n", "stderr"), error("ValueError", "no", ["line 1", "line 2"])]
    assert clean(*kept) == kept
    [figure] = clean({**shown(), "data": {"text/plain": "<Figure>", "image/png": PICTURE}, "metadata": {"x": 1}})
    assert figure == {
        "output_type": "display_data",
        "data": {"text/plain": "<Figure>", "image/png": PICTURE},
        "metadata": {},
    }
    [result] = clean({"output_type": "execute_result", "data": {"text/plain": "2"}, "execution_count": 4})
    assert (result["data"], result["execution_count"]) == ({"text/plain": "2"}, 4)


@pytest.mark.parametrize(
    "kind",
    [
        *("text/html", "text/markdown", "text/latex", "image/svg+xml", "application/javascript", "application/pdf"),
        *("application/json", "application/vnd.jupyter.widget-view+json", "text/x-anything", "image/jpeg", "image/gif"),
    ],
)
def test_everything_active_is_left_out_and_its_plain_version_stays(kind):
    assert clean({**shown(), "data": {kind: "<script>", "text/plain": "as text"}}) == [
        {"output_type": "display_data", "data": {"text/plain": "as text"}, "metadata": {}}
    ]
    assert clean({**shown(), "data": {kind: "<script>"}}) == []


@pytest.mark.parametrize(
    "data",
    [
        "not base64'\" onerror=alert(1)",
        base64.b64encode(b"<svg onload=alert(1)>").decode(),
        PICTURE + "' onerror='alert(1)",
        PICTURE[:-3],
        "\ud800" + PICTURE,
        [PICTURE],
        "",
        7,
    ],
    ids=repr,
)
def test_a_picture_that_is_none_is_left_out(data):
    assert clean({**shown(), "data": {"image/png": data, "text/plain": "x"}})[0]["data"] == {"text/plain": "x"}


def test_a_picture_in_lines_comes_out_in_one():
    assert clean({**shown(), "data": {"image/png": PICTURE[:8] + "\n" + PICTURE[8:] + "\n"}})[0]["data"] == {
        "image/png": PICTURE
    }


def test_colours_survive_where_jupyter_shows_them_and_other_escapes_go():
    coloured = "\x1b[31mred\x1b[0m \x1b[1;32mgreen\x1b[m"
    acting = "\x1b]0;title\x07\x1b[2J\x1b[10;10H\x1bc\x9b31m\x1b]8;;http://x\x1b\\link"
    assert clean(stream(coloured))[0]["text"] == coloured
    assert clean(error(traceback=[coloured]))[0]["traceback"] == [coloured]
    assert clean(shown(text_plain=coloured))[0]["data"]["text/plain"] == "red green"
    left = clean(stream(acting))[0]["text"]
    assert not set(left) & set("\x1b\x07\x9b")


def test_characters_that_change_what_is_read_are_gone():
    bad = "\u202e\u2066\u200f\u061c\x00\x08\x7f\x85\udfff\ud800"
    for colours in (False, True):
        assert clean_text(f"a{bad}b\tc\nd", colours=colours) == "ab\tc\nd"
    assert clean(error(f"E{bad}", f"v{bad}", [f"t{bad}"])) == [error("E", "v", ["t"])]


def test_what_is_too_long_is_cut_and_says_so():
    text = clean(stream("x" * (MAX_TEXT + 5)))[0]["text"]
    assert text == "x" * MAX_TEXT + "\n... (5 characters left out)"
    [long] = clean(error("N" * 1000, "V" * 10_000, ["line"] * 1000))
    assert len(long["ename"]) < 300
    assert len(long["evalue"]) < 2100
    assert len(long["traceback"]) == 50
    many = clean(*[stream("x")] * (MAX_OUTPUTS + 1))
    assert len(many) == MAX_OUTPUTS + 1
    assert "too much of it" in many[-1]["data"]["text/plain"]
    assert len(clean(*[stream("x")] * MAX_OUTPUTS)) == MAX_OUTPUTS


def test_what_was_not_even_sent_is_mentioned():
    assert clean(stream("x"), omitted=10)[-1] == json.loads(
        json.dumps(note("Some output was left out: there was too much of it."))
    )
    assert clean_outputs("[]", 0) == clean_outputs("[]", -5) == []


@pytest.mark.parametrize("count", [-1, 1.5, 10**400, 2**63, True, "7", None, [1]], ids=str)
def test_a_number_of_execution_that_notebooks_do_not_have_is_dropped(count):
    result = {"output_type": "execute_result", "data": {"text/plain": "1"}, "execution_count": count}
    assert clean(result)[0]["execution_count"] is None


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "null", "3", "{}", '"text"', "[1, null, [], {}]", "[" * 200_000, "9" * 10_000, "[NaN]", "\ud800"),
        '[{"output_type": "stream"}]',
        '[{"output_type": "stream", "name": "stdin", "text": "x"}]',
        '[{"output_type": "stream", "name": "stdout", "text": ["x"]}]',
        '[{"output_type": "error", "ename": 1, "evalue": "", "traceback": []}]',
        '[{"output_type": "display_data", "data": []}]',
        '[{"output_type": "update_display_data", "data": {"text/plain": "x"}}]',
        '[{"output_type": ["stream"]}]',
    ],
    ids=lambda text: text[:60] or "nothing",
)
def test_what_is_no_output_is_dropped_without_a_word(text):
    assert clean_outputs(text) == []


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["output_type", "data", "text", "name", "text/plain", "image/png"]), inner),
    ),
    max_leaves=10,
)
KINDS = st.sampled_from(["stream", "error", "display_data", "execute_result"])


@MANY
@given(
    st.fixed_dictionaries(
        {"output_type": KINDS},
        optional={
            "name": st.sampled_from(["stdout", "stderr"]),
            "text": JSON,
            "data": st.dictionaries(st.sampled_from(["text/plain", "text/html", "image/png"]), JSON),
            "ename": JSON,
            "evalue": JSON,
            "traceback": st.lists(JSON, max_size=3),
            "execution_count": JSON,
        },
    )
)
def test_whatever_comes_the_result_is_valid_and_holds_nothing_but_text_and_pictures(output):
    for cleaned in clean(output):
        assert set(cleaned.get("data", {})) <= {"text/plain", "image/png"}


def test_a_picture_that_would_fill_a_browsers_memory_is_left_out():
    assert clean(shown(image_png=picture(4096, 4096)))
    for width, height in ((4096, 4097), (2**31, 2**31), (0, 5), (2**32 - 1, 1)):
        assert clean(shown(image_png=picture(width, height))) == []


def jpeg(width: int, height: int) -> str:
    comment = b"\xff\xfe\x00\x06abcd"
    frame = b"\xff\xc2\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03"
    return base64.b64encode(b"\xff\xd8" + comment + frame).decode()


def test_of_attachments_the_pictures_stay():
    photo = jpeg(800, 600)
    raw = {
        "a.png": {"image/png": PICTURE, "image/svg+xml": "<svg onload=alert(1)>"},
        "photo": {"image/jpeg": photo},
        "evil": {"text/html": "<script>", "image/png": "<script>"},
        "large": {"image/jpeg": jpeg(60_000, 60_000)},
        "cut": {"image/jpeg": base64.b64encode(b"\xff\xd8\xff").decode()},
        "none": None,
    }
    assert clean_attachments(raw) == {"a.png": {"image/png": PICTURE}, "photo": {"image/jpeg": photo}}
    for other in (None, [], "text", {"a": []}):
        assert clean_attachments(other) == {}


SEQUENCES = st.lists(st.one_of(st.integers(0, 300), st.just(""), st.sampled_from([38, 48, 2, 5]))).map(
    lambda numbers: f"\x1b[{';'.join(map(str, numbers))}m"
)


@MANY
@given(st.lists(st.one_of(SEQUENCES, st.sampled_from(["text", "<b>", "\x1b[", "\x1b]0;title\x07"])), max_size=6))
def test_whatever_colours_are_asked_for_a_page_can_be_made(pieces):
    """Half a colour (`38` without its number) makes the converter of every notebook page fail."""
    page = ansi2html(clean_text("".join(pieces), colours=True))
    assert "<b>" not in page


@pytest.mark.parametrize(
    "colour", ["0", "", "1;31", "01;32", "38;5;241", "48;5;7", "38;2;1;2;3", "39", "97;107", "4;22"]
)
def test_colours_that_mean_something_survive(colour):
    text = f"\x1b[{colour}mtext"
    assert clean_text(text, colours=True) == text
    assert "\x1b" not in ansi2html(text)


@pytest.mark.parametrize("colour", ["38", "48;5", "38;5;256", "38;2;1;2", "38;1", "99999999999999999999", "1;38"])
def test_colours_that_mean_nothing_go(colour):
    assert clean_text(f"\x1b[{colour}mtext", colours=True) == "text"
