"""Slimmer SVG: the same pixels, the same words, fewer letters."""

from __future__ import annotations

import io
import re

import altair as alt
import numpy as np
import pytest
import vl_convert
from PIL import Image

from investigate.charts import Figure
from investigate.slim import slim_svg

NAMES = ['A "PD" opacity="1" role="x"', "<b>Birch</b> PD 1.23456", "d='M1.23456,2' & Cedar"]


@pytest.fixture(scope="module")
def figure() -> Figure:
    rows = [{"name": name, "n": number / 7} for number, name in enumerate(NAMES, start=1)]
    bars = alt.Chart(alt.Data(values=rows)).mark_bar().encode(x="n:Q", y=alt.Y("name:N", title=None))
    dots = alt.Chart(alt.Data(values=rows)).mark_point(opacity=0.4).encode(x="n:Q", y="name:N")
    return Figure(alt.layer(bars, dots).configure(font="Arial"), "Who.", "Three agencies.")


def pixels(svg: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(vl_convert.svg_to_png(svg, scale=2))).convert("RGB")).astype(int)


def words(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_the_picture_stays_the_same_to_the_eye(figure: Figure) -> None:
    before, after = pixels(figure._drawn()), pixels(figure.svg())
    assert before.shape == after.shape
    assert np.abs(before - after).max() <= 12  # a hundredth of a pixel
    assert len(np.unique(after.reshape(-1, 3), axis=0)) > 10


def test_words_are_untouched_whatever_stands_in_them(figure: Figure) -> None:
    assert words(figure.svg()) == words(figure._drawn())
    assert any("opacity=" in one for one in words(figure.svg()))


def test_it_is_a_good_deal_smaller_and_says_the_font_once(figure: Figure) -> None:
    assert len(figure.svg()) < 0.65 * len(figure._drawn())
    assert figure.svg().count("font-family=") == 1


def test_what_screen_readers_are_told_of_the_chart_stays(figure: Figure) -> None:
    assert figure.svg().startswith('<svg role="img" aria-label="Three agencies."')


def test_two_fonts_stay_where_they_are() -> None:
    svg = '<svg width="9"><text font-family="A">a</text><text font-family="B">b</text></svg>'
    assert slim_svg(svg) == svg


def test_frames_that_are_seen_stay() -> None:
    seen = '<path class="background" d="M0,0h9v9h-9Z" stroke="#ddd"/>'
    assert "stroke" in slim_svg(f'<svg width="9">{seen}</svg>')
    assert slim_svg('<svg width="9"><path class="background" aria-hidden="true" d="M0,0h9v9h-9Z"/></svg>') == (
        '<svg width="9"></svg>'
    )
