"""The national map: every camera accounted for, each dot looked at in the picture, small and quick for 100,000."""

from __future__ import annotations

import base64
import gzip
import io
import itertools
import json
import re
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image, ImageDraw

from investigate.errors import InvestigateError
from investigate.maps import ground as grounds
from investigate.maps.drawn import MapError
from investigate.maps.ground import nation
from investigate.maps.nation_dots import CELL, CLASSES, RADIUS, _gather, _place, map_cameras
from investigate.maps.picture import LAND
from investigate.maps.png_figure import MARGIN, MOST_IN_SVG, SCALE, PngFigure, check_png, smaller
from investigate.page import render_page

SHARED = Path(__file__).parents[2] / "shared" / "data"
TITLE, CREDIT, DAY = "Licence-plate cameras on an invented map", "© Nobody in particular.", "1 February 2025"
TOWNS = [(34.05, -118.25, "CA"), (41.85, -87.65, "IL"), (29.76, -95.37, "TX"), (47.61, -122.33, "WA")]


def cameras_of(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["lat", "lon", "state", "not_placed"]).astype({"lat": float, "lon": float})


def invented(number: int, spread: float = 1.5) -> pd.DataFrame:
    """Cameras around invented towns in the middle of the country, a few in Alaska and Hawaii."""
    chance = np.random.default_rng(7)
    towns = np.column_stack([chance.uniform(33, 45, 300), chance.uniform(-115, -82, 300)])
    at = towns[chance.integers(0, 300, number)] + chance.normal(0, spread / 5, (number, 2))
    at[:5], at[5:10] = (61.2, -149.9), (21.31, -157.86)
    return pd.DataFrame({"lat": at[:, 0], "lon": at[:, 1]})


def draw(cameras: pd.DataFrame, **options: Any) -> PngFigure:
    return map_cameras(cameras, **({"title": TITLE, "credit": CREDIT, "snapshot": DAY, "width": 600} | options))


@pytest.fixture(scope="module")
def figure() -> PngFigure:
    rows: list[tuple[Any, ...]] = [(lat, lon, state, None) for lat, lon, state in TOWNS for _ in range(30)]
    rows += [
        (61.2, -149.9, "AK", None), (21.31, -157.86, "HI", None), (18.4, -66.06, "PR", None), (18.2, -66.5, "PR", None),
        (13.45, 144.78, "GU", None), (43.65, -79.38, None, None), (None, None, None, None),
        (-88.0, 41.0, None, "swapped"), (38.88, -77.09, None, "default point"), (None, None, None, "address only"),
    ]  # fmt: skip
    return draw(cameras_of(rows))


# ---- accounting -------------------------------------------------------------------------------------------


def test_every_camera_is_drawn_or_counted_with_its_reason(figure: PngFigure) -> None:
    told = re.search(r"Of 130 cameras: (.*?)\. No camera", figure.caption)[1].split(", ")  # type: ignore[index]
    assert sorted(told) == sorted([
        "122 drawn", "2 in Puerto Rico", "1 in Guam", "1 outside this map", "1 without coordinates",
        "1 not placed (swapped)", "1 not placed (default point)", "1 not placed (address only)",
    ])  # fmt: skip
    assert sum(int(part.split()[0]) for part in told) == 130


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True)),
            st.one_of(st.none(), st.floats(-180, 180)),
            st.sampled_from([None, "TX", "PR", "GU", "XX"]),
            st.sampled_from([None, "", "swapped"]),
        ),
        max_size=12,
    )
)
def test_whatever_it_is_given_parts_sum_to_the_whole(rows: list[tuple[Any, ...]]) -> None:
    pixels, drawn = _place(cameras_of(rows), nation(600))
    assert drawn.given == len(rows) == drawn.drawn + drawn.left_out
    assert drawn.drawn == np.isfinite(pixels).all(axis=1).sum()


def test_states_without_a_camera_are_named_where_the_table_knows_states(figure: PngFigure) -> None:
    assert "No camera is drawn in Alabama, Arizona" in figure.caption
    assert "No camera is drawn" not in draw(invented(50)).caption
    assert "most in California (30), Illinois (30), Texas (30)" in figure.alt_text


def test_credit_day_and_what_a_dot_is_stand_in_the_caption(figure: PngFigure) -> None:
    for said in (TITLE, CREDIT, "As of 1 February 2025.", "No dot does not mean no camera", "about 18 miles (28 km)"):
        assert said in figure.caption
    assert "Of which day the data are, no file says." in draw(invented(20), snapshot="").caption
    assert "hit" not in re.findall(r"[a-z]+", figure.caption.casefold())


def test_without_a_camera_to_draw_there_is_no_map() -> None:
    for rows in ([], [(18.4, -66.06, "PR", None)]):
        with pytest.raises(MapError, match=r"cannot be drawn\. Of"):
            draw(cameras_of(rows))


# ---- dots -------------------------------------------------------------------------------------------------


def test_dots_hold_all_cameras_and_never_touch() -> None:
    places = np.random.default_rng(3).uniform(20, 80, (5_000, 2))
    dots = _gather(places)
    assert dots["number"].sum() == 5_000
    at = dots[["x", "y"]].to_numpy()
    apart = np.hypot(*(at[:, None] - at[None]).T) + np.eye(len(at)) * 99
    assert apart.min() >= 2 * RADIUS
    assert all(np.hypot(*(at - one).T).min() <= CELL / np.sqrt(3) + 0.02 for one in places[:200])


def test_darker_means_more_and_no_dot_has_a_colour_of_land() -> None:
    lightness = [sum(bytes.fromhex(colour[1:])) for colour in CLASSES.values()]
    assert lightness == sorted(lightness, reverse=True)
    assert min(a - b for a, b in itertools.pairwise(lightness)) > 60
    assert not set(CLASSES.values()) & LAND


def test_the_classes_shown_are_those_that_occur(figure: PngFigure) -> None:
    assert set(figure.expected.dots) == {CLASSES[20], CLASSES[1]}
    assert "100 or more" not in figure.svg()
    assert "20 or more" in figure.svg()


def test_the_order_of_rows_changes_no_byte() -> None:
    cameras = invented(400)
    assert draw(cameras).png() == draw(cameras.sample(frac=1, random_state=2)).png()


# ---- the picture ------------------------------------------------------------------------------------------


def test_it_is_a_picture_in_notebooks_and_on_pages(figure: PngFigure) -> None:
    html = figure._repr_html_()
    source = re.search(r'<img src="data:image/png;base64,([^"]+)"', html)[1]  # type: ignore[index]
    assert base64.b64decode(source) == figure.png()
    assert 'alt="Map of the United States.' in html
    output = new_output("execute_result", data={"text/html": html}, execution_count=1)
    page = render_page(new_notebook(cells=[new_code_cell("1", execution_count=1, outputs=[output])]), title="Cameras")
    assert source in page.replace("\n", "")
    assert "Of 130 cameras: 122 drawn" in page


def test_it_is_saved_as_png_and_as_svg_only_with_few_dots(figure: PngFigure, tmp_path: Path) -> None:
    assert figure.save(tmp_path / "map.png").read_bytes() == figure.png()
    assert figure.save(tmp_path / "map.svg").read_text(encoding="utf-8").startswith("<svg")
    with pytest.raises(InvestigateError, match=r"as \.png or \.svg, not as \.pdf"):
        figure.save(tmp_path / "map.pdf")
    many = draw(invented(12_000, spread=3.0), width=975)
    assert many.expected.number > MOST_IN_SVG
    with pytest.raises(InvestigateError, match="too large for SVG"):
        many.save(tmp_path / "many.svg")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["map.png", "map.svg"]


def edited(figure: PngFigure, paint: Any) -> bytes:
    picture = Image.open(io.BytesIO(figure.png())).convert("RGB")
    paint(ImageDraw.Draw(picture), picture)
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()


def test_the_guard_lets_a_right_picture_pass(figure: PngFigure) -> None:
    check_png(edited(figure, lambda pen, picture: None), figure.expected, SCALE)


def test_a_lost_dot_is_refused(figure: PngFigure) -> None:
    colour, places = next(iter(figure.expected.dots.items()))
    x, y = ((one + MARGIN) * SCALE for one in places[0])
    lost = edited(figure, lambda pen, picture: pen.rectangle((x - 4, y - 4, x + 4, y + 4), fill="#edf0f3"))
    with pytest.raises(MapError, match="6 dots shows 5 at their places"):
        check_png(lost, figure.expected, SCALE)
    assert colour in CLASSES.values()


def test_dots_in_the_corner_are_refused(figure: PngFigure) -> None:
    side = MARGIN * SCALE
    piled = edited(figure, lambda pen, picture: pen.ellipse((side, side, side + 6, side + 6), fill=CLASSES[1]))
    with pytest.raises(MapError, match="in the corner"):
        check_png(piled, figure.expected, SCALE)


def test_dots_that_nobody_gave_are_refused(figure: PngFigure) -> None:
    more = edited(figure, lambda pen, picture: pen.rectangle((600, 300, 640, 330), fill=CLASSES[1]))
    with pytest.raises(MapError, match="Dots on a map should fill"):
        check_png(more, figure.expected, SCALE)


@pytest.mark.parametrize(
    ("colour", "share", "says"),
    [("#ffffff", 1.0, "one colour"), ("#ffffff", 0.5, "land on a map"), ("#edf0f3", 0.9, "land on a map")],
)
def test_blank_half_and_flooded_maps_are_refused(figure: PngFigure, colour: str, share: float, says: str) -> None:
    flooded = edited(
        figure,
        lambda pen, picture: pen.rectangle((0, 0, share * picture.width, picture.height), fill=colour),
    )
    with pytest.raises(MapError, match=says):
        check_png(flooded, figure.expected, SCALE)


def test_a_picture_of_another_size_is_refused(figure: PngFigure) -> None:
    def shrink(picture: Image.Image) -> bytes:
        kept = io.BytesIO()
        picture.resize((picture.width // 2, picture.height // 2)).save(kept, "PNG")
        return kept.getvalue()

    with pytest.raises(MapError, match="does not fit its picture"):
        check_png(shrink(Image.open(io.BytesIO(figure.png()))), figure.expected, SCALE)


def test_points_that_would_be_piled_up_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grounds, "find_pixels", lambda lat, lon, scale: np.zeros((len(lat), 2)))
    with pytest.raises(MapError, match="corner or beyond the edge"):
        draw(invented(20))


def test_fewer_colours_leave_land_and_dots_as_they_are(figure: PngFigure) -> None:
    before, after = (np.asarray(Image.open(io.BytesIO(one)).convert("RGB")).astype(int) for one in (
        figure.png(), smaller(figure.png())))  # fmt: skip
    assert np.abs(before - after).max() <= 24
    assert len(smaller(figure.png())) < 100_000


# ---- many -------------------------------------------------------------------------------------------------


def test_a_hundred_thousand_cameras_are_a_small_picture_within_seconds() -> None:
    cameras = invented(100_000)
    nation(975)  # the outlines are read once a process
    started = time.process_time()
    figure = draw(cameras, width=975)
    took = time.process_time() - started
    told = re.search(r"Of 100,000 cameras: ([\d,]+) drawn, ([\d,]+) outside this map\.", figure.caption)
    drawn, outside = (int(number.replace(",", "")) for number in told.groups())  # type: ignore[union-attr]
    assert drawn + outside == 100_000
    assert drawn > 98_000  # of a few towns parts lie in a lake or abroad
    assert len(figure.png()) < 500_000
    assert took < 10  # half of it on a machine that does nothing else


@pytest.mark.released
@pytest.mark.skipif(not SHARED.exists(), reason="the released files are not here")
def test_the_national_file_is_accounted_for() -> None:
    with gzip.open(SHARED / "cameras" / "cameras-us.json.gz") as file:
        records = json.load(file)
    cameras = pd.DataFrame({"lat": [one["lat"] for one in records], "lon": [one["lon"] for one in records]})
    figure = draw(cameras, width=975)
    given, drawn = re.search(r"Of ([\d,]+) cameras: ([\d,]+) drawn", figure.caption).groups()  # type: ignore[union-attr]
    assert given == "61,768"
    assert 61_700 < int(drawn.replace(",", "")) <= 61_768
    assert len(figure.png()) < 500_000
