"""What of a student's outputs may be shown: text and pictures, nothing that acts."""

from __future__ import annotations

import base64
import json

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.outputs import MAX_OUTPUTS, MAX_TEXT, PNG, clean_outputs, clean_text, note

PICTURE = base64.b64encode(PNG + b"pixels").decode()


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
    [picture] = clean({**shown(), "data": {"text/plain": "<Figure>", "image/png": PICTURE}, "metadata": {"x": 1}})
    assert picture == {
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


@settings(max_examples=150, deadline=None, database=None, derandomize=True)
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
