"""Hand decisions on agencies: followed whatever spreadsheet saved them, and refused by file and line otherwise."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from investigate.agencies import aliases as room_of_aliases
from investigate.agencies.agency import KINDS
from investigate.agencies.aliases import COLUMNS, NAME, BadAliases, parse_aliases, read_aliases
from investigate.agencies.identify import identify_agency
from investigate.agencies.places import find_county, find_places
from investigate.workspace import REPOSITORY, Workspace

WHO = {"who": "A. Desk", "when": "2026-02-03", "why": "The agency said so in writing."}


def table(*rows: dict[str, str], header: tuple[str, ...] = COLUMNS, delimiter: str = ",") -> str:
    """A file of these rows; who, when and why are filled in."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, restval="", extrasaction="ignore", delimiter=delimiter)
    writer.writeheader()
    writer.writerows([WHO | row for row in rows])
    return text.getvalue()


def decide(*rows: dict[str, str]):
    return parse_aliases(table(*rows).encode())


def rename(name: str, agency: str, **facts: str) -> dict[str, str]:
    return {"name": name, "agency": agency, **facts}


def test_a_workspace_without_the_file_has_no_decisions(tmp_path: Path):
    aliases = read_aliases(tmp_path)
    assert aliases.rows == ()
    assert aliases.find("Mirewell IL PD") is None


def test_a_decision_is_found_whatever_the_capitals_blanks_and_broken_encoding():
    aliases = decide(
        rename("Mirewell  Marshal’s Office", "", place="Mirewell", state="il", kind="police", lat="40.5", lon="-89.6")
    )
    for name in ("mirewell marshal's office", " Mirewell Marshal’s  OFFICE ", "Mirewell Marshalâ€™s Office"):
        found = aliases.find(name)
        assert found is not None
        assert found.agency == "Mirewell  Marshal’s Office"
        assert (found.place, found.state, found.county, found.kind) == ("Mirewell", "IL", None, "police")
        assert (found.lat, found.lon) == (40.5, -89.6)
        assert (found.line, found.who, found.when, found.why) == (2, *WHO.values())
    assert aliases.find("Mirewell Marshals Offices") is None


def test_a_rename_takes_from_the_row_of_its_new_name_what_its_own_leaves_open():
    aliases = decide(
        rename("Old Mirewell PD", "Mirewell IL PD", kind="sheriff"),
        rename("Mirewell IL PD", "", place="Mirewell", state="IL", kind="police", lat="40.5", lon="-89.6"),
    )
    found = aliases.find("Old Mirewell PD")
    assert (found.agency, found.place, found.state, found.kind) == ("Mirewell IL PD", "Mirewell", "IL", "sheriff")
    assert (found.lat, found.lon) == (40.5, -89.6)


def test_a_rename_of_a_rename_ends_at_the_last_name():
    aliases = decide(rename("A PD", "B PD"), rename("B PD", "C PD", state="IL"))
    assert aliases.find("A PD").agency == "C PD"
    assert aliases.find("B PD").agency == "C PD"
    assert aliases.find("A PD").state is None  # what B's row says of B is not said of C
    assert aliases.find("C PD") is None


def test_a_third_rename_is_refused_with_its_lines():
    with pytest.raises(BadAliases, match=r"Lines 2, 3, 4 of agency_names\.csv rename 'A PD' more than twice"):
        decide(rename("A PD", "B PD"), rename("B PD", "C PD"), rename("C PD", "D PD"))


@pytest.mark.parametrize("names", [("A", "B"), ("A", "B", "C")])
def test_renames_in_a_circle_are_refused_with_their_lines(names):
    rows = [rename(name, names[(number + 1) % len(names)]) for number, name in enumerate(names)]
    with pytest.raises(BadAliases, match=r"Lines 2, 3.*agency_names\.csv.*(circle|more than twice)"):
        decide(*rows)


def test_an_agency_that_counts_under_its_own_name_is_no_circle():
    assert decide(rename("A PD", "a  pd", state="IL")).find("A PD").state == "IL"


def test_the_same_decision_twice_is_one_and_another_is_refused():
    same = rename("A PD", "B PD", state="IL")
    assert decide(same, same | {"name": "a pd", "why": "Again."}).find("A PD").agency == "B PD"
    with pytest.raises(BadAliases, match=r"Lines 2 and 3 of agency_names\.csv decide differently on 'a  PD'"):
        decide(same, same | {"name": "a  PD", "state": "IN"})


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"name": "", "county": "Q"}, "has no name"),
        ({"name": "A PD"}, "decides nothing about 'A PD'"),
        ({"name": "A PD", "state": "XX"}, "'XX' is no code of a state"),
        ({"name": "A PD", "state": "Illinois"}, r"'Illinois' is no code .* Write IL\."),
        ({"name": "A PD", "kind": "Polise"}, r"'Polise' is no kind of agency\. Allowed: police"),
        ({"name": "A PD", "state": "IL", "who": ""}, "who is empty"),
        ({"name": "A PD", "state": "IL", "why": ""}, "why is empty"),
        ({"name": "A PD", "state": "IL", "when": "3 Feb 2026"}, "'3 Feb 2026' is no date"),
        ({"name": "A PD", "state": "IL", "when": "2026-02-30"}, "'2026-02-30' is no date"),
        ({"name": "A PD", "lat": "40.5"}, "lat and lon are '40.5' and ''"),
        ({"name": "A PD", "lat": "40,5", "lon": "-89,6"}, "lat and lon are '40,5' and '-89,6'"),
        ({"name": "A PD", "lat": "nan", "lon": "nan"}, "lat and lon are 'nan'"),
        ({"name": "A PD", "lat": "-89.6", "lon": "40.5"}, r"lat -89\.6, lon 40\.5 lies in no state"),
        ({"name": "A PD", "lat": "40.5", "lon": "89.6"}, "lies in no state"),
        ({"name": "A PD", "lat": "0", "lon": "0"}, "lies in no state"),
        ({"name": "A" * 301, "state": "IL"}, "the name is longer than 300"),
        ({"name": "A SO", "state": "OH", "county": "Sumit"}, r"OH has no county 'Sumit'\. .*Summit County"),
        ({"name": "A SO", "state": "IL", "county": "Bexar"}, r"IL has no county 'Bexar'\. .*in TX"),
        ({"name": "Z IL PD", "county": "Bexar"}, "IL has no county 'Bexar'"),  # the name says the state
        ({"name": "A SO", "state": "IL", "county": "Bexar", "lat": "40.5", "lon": "-89.6"}, "IL has no county 'Bexar'"),
        ({"name": "A SO", "county": "Sumit"}, "no state has a county 'Sumit'"),
        ({"name": "A PD", "state": "CT", "county": "Capitol Planning Region"}, "CT has no county .* 2017"),
        ({"name": "A PD", "state": "IL", "lat": "34.05", "lon": "-118.24"}, r"lat 34\.05, lon -118\.24 .* from IL"),
        ({"name": "Z IL PD", "lat": "34.05", "lon": "-118.24"}, "far from IL"),
        ({"name": "A PD", "state": "IL", "when": "2999-01-01"}, "'2999-01-01' lies in the future"),
    ],
)
def test_a_line_that_cannot_be_followed_is_refused_by_file_and_line(row, says):
    with pytest.raises(BadAliases, match=f"^Line 3 of agency_names\\.csv.*{says}"):
        decide(rename("Z PD", "", state="IL"), row)


def test_a_day_that_has_begun_elsewhere_is_not_the_future():
    day = dt.datetime.now(tz=dt.UTC).date()
    for ahead in (0, 1):
        when = (day + dt.timedelta(days=ahead)).isoformat()
        assert decide(rename("A PD", "", state="IL", when=when)).find("A PD").when == when
    with pytest.raises(BadAliases, match="lies in the future"):
        decide(rename("A PD", "", state="IL", when=(day + dt.timedelta(days=3)).isoformat()))


def test_an_invented_place_needs_degrees_to_stand_anywhere():
    row = rename("Osterwyke County TX SO", "", state="TX", county="Osterwyke County", kind="sheriff")
    with pytest.raises(BadAliases, match=r"TX has no county 'Osterwyke County'.* give lat and lon"):
        decide(row)
    assert decide(row | {"lat": "30.48", "lon": "-97.59"}).find(row["name"]).county == "Osterwyke County"


def test_degrees_a_little_beyond_the_border_are_nothing_wrong():
    assert decide(rename("A PD", "", state="IL", lat="38.6", lon="-90.3")).find("A PD").lat == 38.6  # Saint Louis
    assert decide(rename("A PD", "", state="AK", lat="70.2", lon="-148.5")).find("A PD").lon == -148.5
    assert decide(rename("A PD", "", kind="federal", lat="34.05", lon="-118.24")).find("A PD").state is None


def test_a_county_of_the_new_name_is_held_against_the_state_of_the_old_one():
    with pytest.raises(BadAliases, match=r"^Line 2 of agency_names\.csv.*IL has no county 'Bexar'"):
        decide(rename("A PD", "B PD", state="IL"), rename("B PD", "", state="TX", county="Bexar"))


@pytest.mark.parametrize("text", ["", "name,agency\nA,B\n", "\n", table(header=(*COLUMNS, "more"))])
def test_another_header_is_refused(text):
    with pytest.raises(BadAliases, match="it must name the columns name, agency, place"):
        parse_aliases(text.encode())


def test_a_quotation_mark_that_is_not_closed_is_refused():
    with pytest.raises(BadAliases, match=r"agency_names\.csv is no CSV file"):
        parse_aliases((table() + '"A PD').encode())


def test_a_comma_that_is_not_quoted_is_refused_with_its_line():
    with pytest.raises(BadAliases, match=r"Line 2 of agency_names\.csv has 13 cells, the header 11\. Quote commas"):
        parse_aliases((table() + "A PD, IL,,A,IL,,police,,,Desk,2026-02-03,why, not\n").encode())


def test_empty_lines_and_columns_in_another_order_are_nothing_wrong():
    text = table(rename("A PD", "B PD"), header=COLUMNS[::-1])
    aliases = parse_aliases((text + "\r\n,,,,,,,,,,\r\n").encode())
    assert aliases.find("A PD").agency == "B PD"
    assert len(aliases.rows) == 1


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", "\t"), ("utf-16", ";"), ("cp1252", ",")],
)
def test_a_file_is_read_as_spreadsheets_save_it(tmp_path: Path, encoding, delimiter):
    room = Workspace(tmp_path)
    room.manual.mkdir(parents=True)
    text = table(rename("Cañon City PD", "", place="Cañon City", state="CO"), delimiter=delimiter)
    (room.manual / NAME).write_bytes(text.encode(encoding))
    assert read_aliases(room).find("cañon city pd").place == "Cañon City"


def test_a_file_that_cannot_be_opened_is_refused_by_name(tmp_path: Path):
    (Workspace(tmp_path).manual / NAME).mkdir(parents=True)
    with pytest.raises(BadAliases, match=r"agency_names\.csv cannot be read"):
        read_aliases(tmp_path)


def test_the_stamp_changes_with_the_file():
    first, second = (decide(rename("A PD", agency)) for agency in ("B PD", "C PD"))
    assert first.stamp != second.stamp
    assert first.stamp == decide(rename("A PD", "B PD")).stamp


@given(st.lists(st.tuples(st.sampled_from("ABCDE"), st.sampled_from("ABCDE")), max_size=6))
def test_renames_are_followed_to_an_end_or_refused(pairs):
    content = table(*[rename(f"{name} PD", f"{agency} PD") for name, agency in pairs]).encode()
    try:
        aliases = parse_aliases(content)
    except BadAliases as refused:
        assert "Line" in str(refused)  # noqa: PT017 - both outcomes are right for some input
        return
    for row in aliases.rows:
        end = aliases.find(row.name).agency
        following = aliases.find(end)
        assert following is None or following.agency == end


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_words(content):
    try:
        parse_aliases(content)
    except BadAliases as refused:
        assert NAME in str(refused)  # noqa: PT017 - both outcomes are right for some input


@pytest.mark.parametrize("workspace", [REPOSITORY, "sample"])
def test_the_shipped_decisions_can_be_followed(workspace):
    aliases = read_aliases(workspace)
    assert aliases.rows
    for row in aliases.rows:
        assert row.kind in KINDS


def test_the_shipped_decisions_name_places_that_the_tables_hold():
    rows = [row for row in read_aliases(REPOSITORY).rows if row.place or row.county]
    assert len(rows) > 30
    for row in rows:
        found = aliases_place(row.place or row.county, row.state)
        assert found, row.name


def aliases_place(place: str, state: str) -> bool:
    return bool(find_places(place, state)) or find_county(place, state) is not None


# ---- the project's own decisions beneath those of a workspace ----------------------------------------------


@pytest.fixture
def under(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What `read_aliases` makes of a workspace's rows over the project's rows."""

    def read(own: list[dict[str, str]], shipped: list[dict[str, str]]):
        for name, rows in (("own", own), ("project", shipped)):
            folder = Workspace(tmp_path / name).manual
            folder.mkdir(parents=True)
            (folder / NAME).write_text(table(*rows), encoding="utf-8")
        monkeypatch.setattr(room_of_aliases, "REPOSITORY", tmp_path / "project")
        return read_aliases(tmp_path / "own")

    return read


def test_a_rename_of_the_workspace_goes_on_where_the_project_renames(under):
    aliases = under([rename("GR PD MI", "Grad Rapids MI PD")], [rename("Grad Rapids MI PD", "Grand Rapids MI PD")])
    assert aliases.find("GR PD MI").agency == "Grand Rapids MI PD"
    assert aliases.find("Grad Rapids MI PD").agency == "Grand Rapids MI PD"
    assert [row.name for row in aliases.rows] == ["GR PD MI"]


def test_a_rename_of_the_project_goes_on_where_the_workspace_renames(under):
    own = [rename("Grand Rapids MI PD", "Grand Rapids Police", place="Grand Rapids", state="MI")]
    aliases = under(own, [rename("Grad Rapids MI PD", "Grand Rapids MI PD")])
    assert aliases.find("Grad Rapids MI PD").agency == "Grand Rapids Police"


def test_a_circle_over_both_files_is_refused_and_both_are_named(under):
    with pytest.raises(BadAliases, match=r"Line 2 of agency_names\.csv .*line 2 of the project's .*in a circle"):
        under([rename("Grand Rapids MI PD", "Grad Rapids MI PD")], [rename("Grad Rapids MI PD", "Grand Rapids MI PD")])


def test_too_long_a_chain_over_both_files_is_refused_and_both_are_named(under):
    with pytest.raises(BadAliases, match=r"Lines 2, 3 of agency_names\.csv .*line 2 of the project's .*'D PD'"):
        under([rename("A PD", "B PD"), rename("B PD", "C PD")], [rename("C PD", "D PD")])


def test_what_the_workspace_decides_of_a_name_wins_and_ends_the_projects_circle(under):
    own = [rename("Grad Rapids MI PD", "", state="MI"), rename("Grand Rapids MI PD", "Grad Rapids MI PD")]
    aliases = under(own, [rename("Grad Rapids MI PD", "Grand Rapids MI PD")])
    assert aliases.find("Grand Rapids MI PD").agency == "Grad Rapids MI PD"
    assert aliases.find("Grad Rapids MI PD").agency == "Grad Rapids MI PD"


def test_a_mistake_in_the_projects_file_is_named_as_such(under):
    with pytest.raises(BadAliases, match=r"^Line 2 of the project's agency_names\.csv.*'XX' is no code"):
        under([rename("A PD", "", state="IL")], [rename("B PD", "", state="XX")])


def test_a_longer_name_is_not_the_one_that_its_first_characters_name():
    name = "A" * 300
    aliases = decide(rename(name, "B PD"))
    assert aliases.find(name).agency == "B PD"
    assert aliases.find(name + "A") is None


def test_shipped_names_that_are_misspelt_count_under_the_right_one():
    aliases = read_aliases(REPOSITORY)
    for wrong, right in (
        ("Berkley CA PD", "Berkeley CA PD"),
        ("Sringfield IL (PD)", "Springfield IL PD"),
        ("Tyron PD (NC)", "Tryon NC PD"),
        ("Grad Rapids MI PD", "Grand Rapids MI PD"),
    ):
        found, meant = identify_agency(wrong, aliases), identify_agency(right, aliases)
        assert (found.agency, found.key, found.lat) == (right, meant.key, meant.lat)
