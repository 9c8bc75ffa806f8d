"""Raises an exception whose name and text are HTML, escapes and half characters.

They arrive as short plain text: no points.
"""

Evil = type("<script>alert(1)</script>" * 10_000, (Exception,), {})


def sgd(params, lr, batch_size):
    raise Evil("\x1b]0;title\x07<img src=x onerror=alert(1)>\u202e\ud800" * 1000)
