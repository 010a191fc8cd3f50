"""Consoles of few letters: what they cannot show is told by the nearest that they can."""

from __future__ import annotations

import codecs
import sys
import unicodedata

_NEAREST = "nearest"
_LIKE = str.maketrans(
    {
        **dict.fromkeys("\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}─━·•", "-"),
        **dict.fromkeys("│┃", "|"),
        **dict.fromkeys("█■", "#"),
        **dict.fromkeys("«»“”", '"'),
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{MULTIPLICATION SIGN}": "x",
        "↑": "^",
        "↓": "v",
        "→": "->",
        "œ": "oe",
    }
)


def plain(text: str) -> bytes:
    """Return text in ASCII: letters without accents, lines of dashes, ``?`` for what has no like.

    Bytes of a file's name that are no letters stay what they are.
    """
    return b"".join(_plain(each) for each in text.translate(_LIKE))


def _plain(letter: str) -> bytes:
    if "\udc80" <= letter <= "\udcff":
        return letter.encode("ascii", "surrogateescape")
    return unicodedata.normalize("NFKD", letter).encode("ascii", "ignore") or b"?"


def _nearest(error: UnicodeError) -> tuple[bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return plain(error.object[error.start : error.end]), error.end


def print_anywhere() -> None:
    """Have what is printed never fail for a letter that a console or a file's encoding lacks."""
    codecs.register_error(_NEAREST, _nearest)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_NEAREST)
