"""Pages, links, pipes and a name full of markup beside the notebook."""

import os
from pathlib import Path
from typing import Any

NOTE = "Only the notebook is graded, so this was left aside:"


def build(place: Path, book: Any) -> None:
    book.save(place)
    (place / "evil.html").write_text("<script>alert(1)</script>", encoding="utf-8")
    (place / "passwd").symlink_to("/etc/passwd")
    (place / "up").symlink_to("../..")
    os.mkfifo(place / "pipe.txt")
    (place / "<img src=x onerror=alert(1)>.txt").touch()
    (place / "$\\\\href{javascript:alert(1)}{x}$ `*_.txt").touch()
    (place / "a\nb\x1b[2J\u202e.txt").touch()
    os.close(os.open(os.fsencode(place) + b"/\xff\xfe.txt", os.O_CREAT, 0o600))
