"""KML and KMZ: where the camera of a point, cone, circle or area stands; what is said of it; what is refused."""

from __future__ import annotations

import math
import time
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from investigate.cameras import kml
from investigate.cameras.kml import read_kml
from investigate.cameras.record import CameraFile, RawCamera
from investigate.errors import RefusedFile

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
TAIL = "</Document></kml>"
LON, LAT = -88.243385, 40.116421


def write(tmp_path: Path, body: str, name: str = "cameras.kml", head: str = HEAD, tail: str = TAIL) -> Path:
    path = tmp_path / name
    path.write_text(head + body + tail, encoding="utf-8")
    return path


def read(tmp_path: Path, body: str, **more: str) -> CameraFile:
    return read_kml(write(tmp_path, body, **more))


def only(found: CameraFile) -> RawCamera:
    assert len(found.cameras) == 1
    return found.cameras[0]


def place(text: str, inside: str = "") -> str:
    return f"<Placemark>{inside}<Point><coordinates>{text}</coordinates></Point></Placemark>"


def line(points: list[tuple[float, float]], kind: str = "LineString") -> str:
    text = " ".join(f"{lon},{lat},0" for lon, lat in points)
    return f"<{kind}><coordinates>{text}</coordinates></{kind}>"


def around(metres: float, start: float, end: float, count: int) -> list[tuple[float, float]]:
    """Points on an arc around the camera, by bearing in degrees."""
    scale = 111_320 * math.cos(math.radians(LAT))
    bearings = [math.radians(start + (end - start) * step / (count - 1)) for step in range(count)]
    return [(LON + metres * math.sin(one) / scale, LAT + metres * math.cos(one) / 111_320) for one in bearings]


@pytest.mark.parametrize(
    "text",
    ["{},{}", "{},{},0", "\n  {},{},12.5\n", "{}, {}, 0", "{},{},0 -1,1,0", "{},{},"],
)
def test_a_point_is_longitude_then_latitude(tmp_path: Path, text: str) -> None:
    camera = only(read(tmp_path, place(text.format(LON, LAT))))
    assert (camera.lon, camera.lat, camera.said, camera.rejected) == (LON, LAT, None, None)


@pytest.mark.parametrize("text", ["here", "-88.2", "-88,2,40,1", "nan,nan", "-88.2,inf", "1_0,4", "588000.0,4441000.0"])
def test_what_is_no_pair_of_degrees_is_kept_as_it_was_said(tmp_path: Path, text: str) -> None:
    camera = only(read(tmp_path, place(text)))
    assert (camera.lon, camera.lat, camera.said, camera.rejected) == (None, None, text, None)


def test_coordinates_in_the_wrong_order_stay_as_stated(tmp_path: Path) -> None:
    camera = only(read(tmp_path, place(f"{LAT},{LON}")))
    assert (camera.lon, camera.lat) == (LAT, LON)


def test_a_cone_drawn_as_a_line_stands_at_its_first_vertex(tmp_path: Path) -> None:
    cone = [(LON, LAT), *around(60, 60, 120, 9), (LON, LAT)]
    found = read(tmp_path, f"<Placemark>{line(cone)}</Placemark>")
    assert (only(found).lon, only(found).lat) == (LON, LAT)
    assert any("first vertex" in warning for warning in found.warnings)


def test_a_circle_drawn_as_a_line_stands_in_its_middle_not_on_its_rim(tmp_path: Path) -> None:
    circle = around(40, 0, 360, 33)
    circle[-1] = circle[0]
    found = read(tmp_path, f"<Placemark>{line(circle)}</Placemark>")
    camera = only(found)
    assert camera.lon == pytest.approx(LON, abs=1e-6)
    assert camera.lat == pytest.approx(LAT, abs=1e-6)
    assert abs(circle[0][1] - LAT) > 3e-4
    assert any("in its middle" in warning for warning in found.warnings)


def test_a_triangle_is_a_cone_and_no_circle(tmp_path: Path) -> None:
    triangle = [(LON, LAT), *around(50, 60, 120, 2), (LON, LAT)]
    camera = only(read(tmp_path, f"<Placemark>{line(triangle)}</Placemark>"))
    assert (camera.lon, camera.lat) == (LON, LAT)


def test_an_area_gives_a_point_inside_it_and_its_hole_counts_for_nothing(tmp_path: Path) -> None:
    square = [(LON, LAT), (LON + 0.001, LAT), (LON + 0.001, LAT + 0.001), (LON, LAT + 0.001), (LON, LAT)]
    ring = line(square, "LinearRing")
    hole = f"<innerBoundaryIs>{line([(0, 0), (1, 0), (0, 1), (0, 0)], 'LinearRing')}</innerBoundaryIs>"
    found = read(tmp_path, f"<Placemark><Polygon>{hole}<outerBoundaryIs>{ring}</outerBoundaryIs></Polygon></Placemark>")
    camera = only(found)
    assert LON < (camera.lon or 0) < LON + 0.001
    assert LAT < (camera.lat or 0) < LAT + 0.001
    assert any("as an area" in warning for warning in found.warnings)


def test_of_several_shapes_the_first_point_counts_then_the_first_line(tmp_path: Path) -> None:
    cone = [(LON, LAT), *around(60, 0, 40, 5)]
    several = f"<MultiGeometry>{line(cone)}<Point><coordinates>-1,1</coordinates></Point></MultiGeometry>"
    lines = f"<MultiGeometry>{line(cone)}{line([(5, 5), (5.001, 5)])}</MultiGeometry>"
    found = read(tmp_path, f"<Placemark>{several}</Placemark><Placemark>{lines}</Placemark>")
    assert [(camera.lon, camera.lat) for camera in found.cameras] == [(-1, 1), (LON, LAT)]


def test_placemarks_at_one_point_are_all_records_and_told(tmp_path: Path) -> None:
    cones = "".join(
        f"<Placemark><name>17</name>{line([(LON, LAT), *around(60, start, start + 30, 4)])}</Placemark>"
        for start in (0, 90, 180)
    )
    found = read(tmp_path, cones + place("-80,40"))
    assert [camera.row for camera in found.cameras] == [1, 2, 3, 4]
    assert any(warning.startswith("3 of 4 records stand at the same point") for warning in found.warnings)


def test_attributes_of_every_kind_become_tags(tmp_path: Path) -> None:
    inside = (
        "<name>Lincoln &amp; Green</name><address>1 Main St</address><ExtendedData>"
        '<Data name="Camera Heading"><displayName>x</displayName><value>270</value></Data>'
        '<Data name="heading"><value>90;270</value></Data><Data name="OWNER"><value>Urbana PD</value></Data>'
        '<SchemaData schemaUrl="#a"><SimpleData name="manufacturer">Flock Safety</SimpleData>'
        '<SimpleData name="surveillance:type">ALPR</SimpleData><SimpleData name="zone">&lt;Null&gt;</SimpleData>'
        "</SchemaData></ExtendedData>"
    )
    camera = only(read(tmp_path, place(f"{LON},{LAT}", inside)))
    assert camera.tags == {
        "name": "Lincoln & Green", "address": "1 Main St", "Camera Heading": "270", "direction": "90;270",
        "operator": "Urbana PD", "manufacturer": "Flock Safety", "surveillance:type": "ALPR",
    }  # fmt: skip


@pytest.mark.parametrize(
    "description",
    [
        "<![CDATA[<b>Operator:</b> Urbana PD<br/>surveillance:type: ALPR<br>Direction=45]]>",
        "<![CDATA[<table><tr><td>Operator</td><td>Urbana PD</td></tr><tr><td>surveillance:type</td> <td>ALPR</td></tr>"
        "<tr><td>Direction</td><td>45</td></tr></table>]]>",
        "Operator: Urbana PD\nsurveillance:type=ALPR\ndirection: 45\nhttps://example.org/a:b",
    ],
)
def test_a_description_of_names_and_values_becomes_tags(tmp_path: Path, description: str) -> None:
    camera = only(read(tmp_path, place(f"{LON},{LAT}", f"<description>{description}</description>")))
    said = {tag: camera.tags.get(tag) for tag in ("operator", "surveillance:type", "direction")}
    assert said == {"operator": "Urbana PD", "surveillance:type": "ALPR", "direction": "45"}
    assert "<" not in camera.tags["description"]


def test_ids_of_openstreetmap_show_the_source(tmp_path: Path) -> None:
    data = '<ExtendedData><Data name="osmId"><value>123</value></Data><Data name="osmType"><value>way</value></Data>'
    found = read(tmp_path, place("-90,40", data + "</ExtendedData>"))
    assert (only(found).id, found.source) == ("way/123", "osm")
    own = read(tmp_path, place("-90,40").replace("<Placemark>", '<Placemark id="C-7">'))
    assert (only(own).id, own.source) == ("C-7", None)


def test_the_notice_and_day_of_a_file_are_told(tmp_path: Path) -> None:
    head = "<name>ALPR</name><description>© OpenStreetMap contributors, ODbL 1.0</description>"
    when = "<TimeStamp><when>2026-06-19T08:00:00Z</when></TimeStamp>"
    found = read(tmp_path, head + when + place("-90,40"))
    assert (found.source, found.licence, str(found.snapshot)) == ("osm", "ODbL", "2026-06-19")
    later = place("-90,40", when)
    assert read(tmp_path, later).snapshot is None


@pytest.mark.parametrize(
    "head",
    [
        "<kml><Document>",
        '<kml xmlns="http://earth.google.com/kml/2.0"><Document>',
        '<k:kml xmlns:k="http://earth.google.com/kml/2.1"><Document>',
        '\n\n<?xml version="1.0"?>\n<kml xmlns="http://www.opengis.net/kml/2.3"><Document><gx:unbound/>',
    ],
)
def test_any_namespace_will_do(tmp_path: Path, head: str) -> None:
    tail = "</Document></k:kml>" if "k:kml" in head else TAIL
    assert only(read(tmp_path, place("-90,40"), head=head, tail=tail)).lat == 40


def test_a_placemark_without_a_place_is_kept_if_anything_tells_it(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "<Placemark><address>1 Main St</address></Placemark><Placemark id='7'><name>x</name></Placemark>"
        "<Placemark><name>a folder of thoughts</name></Placemark>"
        "<Placemark><ExtendedData><Data name='lat'><value>40.5</value></Data>"
        "<Data name='lng'><value>-90.5</value></Data></ExtendedData></Placemark>",
    )
    assert [(camera.lat, camera.rejected is None) for camera in found.cameras] == [
        (None, True), (None, True), (None, False), (40.5, True),
    ]  # fmt: skip
    assert any("coordinates among their attributes" in warning for warning in found.warnings)


def test_a_drawn_place_wins_over_coordinates_among_the_attributes(tmp_path: Path) -> None:
    data = (
        "<ExtendedData><Data name='lat'><value>1</value></Data><Data name='lng'><value>2</value></Data></ExtendedData>"
    )
    camera = only(read(tmp_path, place(f"{LON},{LAT}", data)))
    assert (camera.lon, camera.lat) == (LON, LAT)


def test_roads_and_districts_are_no_cameras(tmp_path: Path) -> None:
    road = f"<Placemark>{line([(-90, 40), (-90, 40.5)])}</Placemark>"
    found = read(tmp_path, road + place("-90,40"))
    assert [camera.rejected is None for camera in found.cameras] == [False, True]
    assert found.cameras[0].lat is None
    with pytest.raises(RefusedFile, match=r"(?s)2 placemarks.*roads or districts"):
        read(tmp_path, road * 2)


def test_a_file_that_only_links_is_refused_with_what_to_do(tmp_path: Path) -> None:
    link = "<NetworkLink><Link><href>https://example.org/a.kml</href></Link></NetworkLink>"
    with pytest.raises(RefusedFile, match=r"cameras\.kml holds no cameras, only a link.*Save Place As"):
        read(tmp_path, link)
    found = read(tmp_path, link + place("-90,40"))
    assert any("links to other files" in warning for warning in found.warnings)


def test_other_kml_and_other_xml_are_refused_and_an_empty_kml_is_not(tmp_path: Path) -> None:
    with pytest.raises(RefusedFile, match="only GroundOverlay"):
        read(tmp_path, "<GroundOverlay/>")
    with pytest.raises(RefusedFile, match="'gpx'"):
        read(tmp_path, "", head="<gpx>", tail="</gpx>")
    empty = read(tmp_path, "<Folder/>")
    assert empty.cameras == []
    assert any("no placemarks" in warning for warning in empty.warnings)


@pytest.mark.parametrize(
    ("body", "number"),
    [("\n\n<Placemark></Folder>", 4), ("\n<Placemark>&nbsp;</Placemark>", 3), ("\n\n\n<Placemark", 5)],
)
def test_broken_xml_is_refused_with_its_line(tmp_path: Path, body: str, number: int) -> None:
    with pytest.raises(RefusedFile, match=rf"cameras\.kml is broken XML: .*, in line {number}\b"):
        read(tmp_path, body)


def test_bytes_that_are_no_utf8_are_refused_with_their_line_and_stated_encodings_read(tmp_path: Path) -> None:
    path = write(tmp_path, place("-90,40", "<name>Bogotá</name>"))
    path.write_bytes(path.read_bytes().decode().encode("latin-1"))
    with pytest.raises(RefusedFile, match="line 2"):
        read_kml(path)
    path.write_bytes(path.read_bytes().replace(b"UTF-8", b"windows-1252"))
    assert only(read_kml(path)).tags["name"] == "Bogotá"
    path.write_text(path.read_bytes().decode("cp1252").replace("windows-1252", "UTF-16"), encoding="utf-16")
    assert only(read_kml(path)).tags["name"] == "Bogotá"


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE kml [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE kml SYSTEM "http://127.0.0.1:9/a.dtd">',
    ],
)
def test_entities_are_never_expanded(tmp_path: Path, declared: str) -> None:
    with pytest.raises(RefusedFile, match="DOCTYPE"):
        read(tmp_path, place("-90,40", "<name>&a;</name>"), head=declared + "<kml><Document>")


def test_deep_and_endless_files_are_refused_in_bounded_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = time.monotonic()
    with pytest.raises(RefusedFile, match="deep"):
        read(tmp_path, "<Folder>" * 100_000)
    huge = only(read(tmp_path, place("-90,40", "<name>" + "x <" * 3 + "</name>").replace("x <", "x" * 900_000)))
    assert huge.rejected is not None
    assert "text" in huge.rejected
    many = "".join(f"<Data name='{number}'><value>1</value></Data>" for number in range(5_000))
    assert only(read(tmp_path, place("-90,40", f"<ExtendedData>{many}</ExtendedData>"))).rejected is not None
    hostile = "<description><![CDATA[" + "<" * 300_000 + "a: " * 100_000 + "]]></description>"
    assert only(read(tmp_path, place("-90,40", hostile))).lat == 40
    monkeypatch.setattr(kml, "MOST_RECORDS", 3)
    with pytest.raises(RefusedFile, match="more than 3 placemarks"):
        read(tmp_path, place("-90,40") * 4)
    assert time.monotonic() - start < 20


def write_kmz(path: Path, members: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


def test_a_kmz_is_read_without_writing_its_names_to_the_disk(tmp_path: Path) -> None:
    text = HEAD + place("-90,40") + TAIL
    (inner := tmp_path / "one" / "two").mkdir(parents=True)
    path = write_kmz(inner / "a.kmz", {"../../doc.kml": text, "files/b.kml": text, "files/icon.png": "x"})
    found = read_kml(path)
    assert found.layout == "kmz"
    assert [camera.row for camera in found.cameras] == [1, 2]
    assert any("2 KML files" in warning for warning in found.warnings)
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == ["a.kmz"]


def test_a_kmz_without_kml_a_damaged_one_and_a_bomb_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RefusedFile, match=r"without a \.kml"):
        read_kml(write_kmz(tmp_path / "a.kmz", {"a.txt": "x"}))
    with pytest.raises(RefusedFile, match=r"b\.kmz, doc\.kml is broken XML"):
        read_kml(write_kmz(tmp_path / "b.kmz", {"doc.kml": "<kml>"}))
    good = write_kmz(tmp_path / "c.kmz", {"doc.kml": HEAD + place("-90,40") * 200 + TAIL})
    data = bytearray(good.read_bytes())
    data[60:70] = bytes(10)
    good.write_bytes(data)
    with pytest.raises(RefusedFile, match="damaged"):
        read_kml(good)
    good.write_bytes(data[:100])
    with pytest.raises(RefusedFile, match="damaged"):
        read_kml(good)
    monkeypatch.setattr(kml, "MOST_BYTES", 10_000)
    with pytest.raises(RefusedFile, match="MB of XML"):
        read_kml(write_kmz(tmp_path / "d.kmz", {"doc.kml": HEAD + " " * 100_000 + TAIL}))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), max_size=8), st.randoms())
def test_every_placemark_is_a_record_and_shuffling_them_changes_no_place(
    tmp_path: Path, points: list[tuple[float, float]], chance: object
) -> None:
    found = read(tmp_path, "".join(place(f"{lon!r},{lat!r},0") for lon, lat in points))
    assert [(camera.lon, camera.lat) for camera in found.cameras] == points
    mixed = list(points)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    again = read(tmp_path, "".join(place(f"{lon!r},{lat!r},0") for lon, lat in mixed))
    assert sorted((camera.lon, camera.lat) for camera in again.cameras) == sorted(points)  # type: ignore[type-var]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_any_text_is_read_or_kept(tmp_path: Path, text: str) -> None:
    root = ET.Element("kml")
    mark = ET.SubElement(root, "Placemark", id="1")
    ET.SubElement(mark, "description").text = text
    ET.SubElement(ET.SubElement(mark, "Point"), "coordinates").text = text
    path = tmp_path / "any.kml"
    path.write_bytes(ET.tostring(root, "utf-8"))
    camera = only(read_kml(path))
    assert camera.rejected is None
    assert all(camera.tags.values())


def test_of_several_points_in_a_placemark_the_first_counts_and_the_others_are_told(tmp_path: Path) -> None:
    points = "".join(f"<Point><coordinates>{LON + step / 100},{LAT}</coordinates></Point>" for step in range(3))
    found = read(tmp_path, f"{place(f'{LON},{LAT}')}<Placemark><MultiGeometry>{points}</MultiGeometry></Placemark>")
    assert [(camera.lon, camera.lat) for camera in found.cameras] == [(LON, LAT)] * 2
    assert any("3 points in record 2: of each record the first is drawn" in warning for warning in found.warnings)
