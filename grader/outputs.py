"""A student's outputs, made safe to show.

They come as JSON from a process that nobody trusts. Text stays (without control characters and the escape sequences
that do more than colour), pictures stay if they are PNG, and everything that a browser would run or fetch (HTML,
JavaScript, SVG, Markdown, LaTeX, widgets) is left out: its plain-text version stays.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import struct
from collections.abc import Mapping
from typing import Any

import nbformat
from nbformat import NotebookNode

PNG = b"\x89PNG\r\n\x1a\n"
MAX_TEXT = 20_000
"""Characters kept of one output: more is no help to anybody."""
MAX_OUTPUTS = 100
MAX_PIXELS = 2**24
"""The largest picture that is shown: a few bytes can unpack to gigabytes in a browser."""
# Only colours that are whole: converters to HTML fail on a colour without its number. Jupyter's own tracebacks use
# 38;5;n and 48;5;n.
_NUMBER = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_COLOUR = f"(?:[34]8;5;{_NUMBER}|[34]8;2;{_NUMBER};{_NUMBER};{_NUMBER}|0?[0-9]|2[0-9]|[349][0-7]|[34]9|10[0-7])"
_COLOURS = re.compile(rf"\x1b\[(?:{_COLOUR}(?:;{_COLOUR}){{0,7}})?m")
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean_text(text: str, *, colours: bool = False, most: int = MAX_TEXT) -> str:
    """Text without control, direction-changing or half characters, cut at `most`; colours survive if asked for."""
    if len(text) > most:
        text = text[:most] + f"\n... ({len(text) - most} characters left out)"
    if not colours:
        return _CONTROLS.sub("", _ESCAPES.sub("", text))
    pieces = re.split(f"({_ESCAPES.pattern})", text)
    return "".join(
        (piece if _COLOURS.fullmatch(piece) else "") if _ESCAPES.fullmatch(piece) else _CONTROLS.sub("", piece)
        for piece in pieces
    )


def clean_outputs(text: str, omitted: int = 0) -> list[NotebookNode]:
    """The outputs in a worker's JSON that are fit to be shown; anything else in it is dropped.

    omitted: how many bytes of output were not even sent; said in the last output.
    """
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        raw = []
    found = [_output(item) for item in raw[:MAX_OUTPUTS]] if isinstance(raw, list) else []
    outputs = [output for output in found if output is not None]
    if omitted > 0 or (isinstance(raw, list) and len(raw) > MAX_OUTPUTS):
        outputs.append(note("Some output was left out: there was too much of it."))
    return outputs


def note(text: str) -> NotebookNode:
    """A remark of the grader's among a cell's outputs."""
    return nbformat.v4.new_output("display_data", {"text/plain": text})


def _output(raw: Any) -> NotebookNode | None:
    if not isinstance(raw, dict):
        return None
    match raw:
        case {"output_type": "stream", "name": "stdout" | "stderr" as name, "text": str(text)}:
            return nbformat.v4.new_output("stream", name=name, text=clean_text(text, colours=True))
        case {"output_type": "error", "ename": str(ename), "evalue": str(evalue), "traceback": list(lines)}:
            traceback = [clean_text(line, colours=True) for line in lines[:50] if isinstance(line, str)]
            return nbformat.v4.new_output(
                "error", ename=clean_text(ename, most=200), evalue=clean_text(evalue, most=2000), traceback=traceback
            )
        case {"output_type": "display_data" | "execute_result" as kind, "data": dict(data)}:
            kept = _data(data)
            if not kept:
                return None
            count = raw.get("execution_count")
            known = type(count) is int and 0 <= count < 2**31  # nbformat accepts nothing else
            more = {"execution_count": count if known else None} if kind == "execute_result" else {}
            return nbformat.v4.new_output(kind, kept, **more)
    return None


def _data(data: dict[Any, Any]) -> dict[str, str]:
    kept: dict[str, str] = {}
    plain, picture = data.get("text/plain"), data.get("image/png")
    if isinstance(plain, str):
        kept["text/plain"] = clean_text(plain)
    if isinstance(picture, str) and (checked := clean_picture(picture, "image/png")):
        kept["image/png"] = checked
    return kept


def clean_picture(text: str, kind: str) -> str:
    """The base64 of a picture, on one line; empty if `text` is none of this kind, or one too large to show."""
    try:
        decoded = base64.b64decode(text.replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        return ""
    pixels = {"image/png": _png_pixels, "image/jpeg": _jpeg_pixels}[kind](decoded)
    return base64.b64encode(decoded).decode() if 0 < pixels <= MAX_PIXELS else ""


def clean_attachments(raw: object) -> dict[str, dict[str, str]]:
    """Of the attachments of a Markdown cell, the pictures that are what they say: screenshots and photographs."""
    kept: dict[str, dict[str, str]] = {}
    for name, data in raw.items() if isinstance(raw, Mapping) else ():
        for kind in ("image/png", "image/jpeg"):
            text = data.get(kind) if isinstance(data, Mapping) else None
            if isinstance(text, str) and (checked := clean_picture(text, kind)):
                kept[name] = {kind: checked}
    return kept


def _png_pixels(data: bytes) -> int:
    if not data.startswith(PNG) or len(data) < 24:
        return 0
    width, height = struct.unpack_from(">II", data, 16)  # the first chunk of every PNG says so
    return int(width * height)


def _jpeg_pixels(data: bytes) -> int:
    at = 2
    while data.startswith(b"\xff\xd8\xff") and at + 9 <= len(data) and data[at] == 0xFF:
        marker, length, height, width = data[at + 1], *struct.unpack_from(">HxHH", data, at + 2)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # a segment that starts a frame
            return int(width * height)
        at += 2 + length
    return 0
