"""SVG without what nobody sees: a page with a dozen charts stays small enough to mail.

The drawing engine says of every mark what it is to a screen reader, which is told of the chart as a whole; it repeats
the font at every word, draws empty frames, and writes places to a billionth of a pixel.
"""

from __future__ import annotations

import re

_TAG = re.compile(r"<[a-zA-Z][^<>]*>")
_FOR_READERS = re.compile(r' (?:aria-[a-z]+|role|class|pointer-events|xmlns:xlink|version)="[^"]*"| opacity="1"')
_FONT = re.compile(r' font-family="([^"]*)"')
_PLACES = re.compile(r' (?:d|transform|x|y|x1|x2|y1|y2|width|height)="[^"]*"')
_LONG = re.compile(r"(\d\.\d{2})\d+")
_FRAME = re.compile(r'<path class="(?:foreground|background)"(?![^>]*(?:stroke|fill)=)[^>]*/>')


def slim_svg(svg: str) -> str:
    """The same picture in fewer letters. `svg`: one `<svg>` element as the drawing engine writes it; its first tag,
    with the words for screen readers, stays as it is. Text between tags is never changed."""
    head, rest = svg[: svg.index(">") + 1], svg[svg.index(">") + 1 :]
    rest = _FRAME.sub("", rest)
    fonts = set(_FONT.findall(rest))
    if len(fonts) == 1:
        head = f'{head[:-1]} font-family="{fonts.pop()}">'
        rest = _TAG.sub(lambda tag: _FONT.sub("", tag[0]), rest)
    return head + _TAG.sub(lambda tag: _PLACES.sub(_shorter, _FOR_READERS.sub("", tag[0])), rest)


def _shorter(attribute: re.Match[str]) -> str:
    return _LONG.sub(r"\1", attribute[0])
