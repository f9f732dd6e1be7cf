"""Invented camera locations around the invented camera owners, with the traps that real files set.

Two files: one in the shape of an Overpass answer, one as a police department might release it, with addresses and no
coordinates. No camera in them exists; the points lie where the owners' invented places were put.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from investigate.errors import InvestigateError
from investigate.store import write_text

# Camera owner, its seat (degrees; as in data/sample/manual/agency_names.csv), and what its own cameras say of it.
OWNERS = (
    ("Brackenfall IL PD", 39.81, -89.36, "Brackenfall Police Department", 5),
    ("Tallowmere TX PD", 28.57, -97.53, "Tallowmere Police Department", 2),
    ("Vellorique CA PD", 39.59, -120.67, "Vellorique PD", 2),
    ("Quillhaven MN PD", 46.85, -93.03, "Quillhaven Police", 3),
    ("Pellwick County GA SO", 31.33, -83.98, "Pellwick County Sheriff's Office", 2),
)
# Who is named on a camera, in parts of 100: its owner, nobody, the maker, a company, another public body.
OWNER, NOBODY, MAKER, COMPANY, OTHER = "owner", "nobody", "maker", "company", "other"
SAID = ((OWNER, 26), (NOBODY, 48), (MAKER, 8), (COMPANY, 12), (OTHER, 6))
COMPANIES, OTHERS = (
    ("Invented Garden Stores Inc", "Thimbleway Homeowners Association"),
    ("Invented Valley Toll Authority",),
)
MAKERS = ("Flock Safety", "Flock Safety", "Flock Safety", "Motorola Solutions", "Flock Saftey", "Genetec", None)
KINDS = ("ALPR", "ALPR", "ALPR", "ALPR", "ALPR", "ALPR", "ALPR", "camera;ALPR", "alpr", "ANPR", "camera", "guard")
DIRECTIONS = ("90", "270", "182.5", "45;225", "328-13", "NW", "-90", "360", None, None, "NB", "45180225", "forward")
SPREAD = 0.028  # degrees: about 3 km to each side of the seat
LARGEST = 2_000_000
SNAPSHOT = "2026-02-01T00:00:00Z"
NOTICE = "Invented by `investigate sample`. No camera in this file exists."
JSON_NAME, LIST_NAME, TRUTH = "invented_cameras_2026-02-01.json", "Brackenfall IL PD camera list.csv", "truth.json"
LISTED = 14


def make_sample_cameras(out: Path, cameras: int, seed: int = 1) -> list[Path]:
    """Write about `cameras` invented cameras below the folder `out`, and `truth.json` with what was planted.

    The same `cameras` and `seed` give the same bytes. `truth.json` holds per owner how many licence-plate readers name
    whom, and of the whole file how many are of another kind, and how many have no coordinates or swapped ones. Raises
    InvestigateError for fewer than one camera, more than 2 million, or a folder that holds something else.
    """
    if not 1 <= cameras <= LARGEST:
        raise InvestigateError(f"{cameras!r} cameras cannot be written. Ask for 1 to {LARGEST:,}.")
    folder = Path(out)
    if folder.exists() and (not folder.is_dir() or {path.name for path in folder.iterdir()} - _NAMES):
        raise InvestigateError(
            f"{str(folder)!r} holds something that is no sample of cameras, and nothing in it was touched. Give a "
            "folder that is empty or does not exist yet."
        )
    draw = random.Random(seed)
    truth: Counter[str] = Counter()
    elements = list(_elements(draw, cameras, truth))
    answer = {
        "version": 0.6,
        "generator": NOTICE,
        "osm3s": {"timestamp_osm_base": SNAPSHOT, "copyright": NOTICE},
        "elements": elements,
    }
    write_text(folder / JSON_NAME, json.dumps(answer, ensure_ascii=False, indent=1) + "\n")
    write_text(folder / LIST_NAME, _listed(draw))
    counts = {"asked": cameras, "seed": seed, "elements": len(elements), **dict(sorted(truth.items()))}
    write_text(folder / TRUTH, json.dumps(counts, indent=1) + "\n")
    return [folder / JSON_NAME, folder / LIST_NAME]


_NAMES = frozenset({JSON_NAME, LIST_NAME, TRUTH})


def _elements(draw: random.Random, cameras: int, truth: Counter[str]) -> Iterator[dict[str, Any]]:
    shares = [share for *_, share in OWNERS]
    whole = sum(shares)
    for (owner, lat, lon, operator, share), start in zip(OWNERS, _starts(shares, cameras), strict=True):
        for number in range(round(cameras * share / whole)):
            named = draw.choices([name for name, _ in SAID], [parts for _, parts in SAID])[0]
            kind = draw.choice(KINDS)
            tags = _tags(draw, named, kind, operator)
            place = {"lat": _near(draw, lat), "lon": _near(draw, lon)}
            identity = 9_000_000_000 + start + number
            spoiled = draw.random()
            if kind in ("camera", "guard"):
                truth["another kind of camera"] += 1
            elif spoiled < 0.01:
                place = {}
                truth["no coordinates"] += 1
            elif spoiled < 0.02:
                place = {"lat": place["lon"], "lon": place["lat"]}
                truth["swapped"] += 1
            else:
                truth[f"{owner}: {named}"] += 1
            yield {"type": "node", "id": identity, **place, "tags": tags}


def _starts(shares: list[int], cameras: int) -> list[int]:
    """The first number of each owner's cameras, so that no two have the same."""
    return [place * (cameras + 1) for place in range(len(shares))]


def _near(draw: random.Random, degrees: float) -> float:
    """A point near the seat, denser towards the middle, with the seven decimals that such files have."""
    return round(degrees + SPREAD * (draw.random() + draw.random() - 1), 7)


def _tags(draw: random.Random, named: str, kind: str, operator: str) -> dict[str, str]:
    maker, direction = draw.choice(MAKERS), draw.choice(DIRECTIONS)
    company, other = draw.choice(COMPANIES), draw.choice(OTHERS)
    who = {OWNER: operator, NOBODY: None, MAKER: "Flock Safety", COMPANY: company, OTHER: other}[named]
    said = {
        "man_made": "surveillance", "surveillance": "public", "surveillance:type": kind, "surveillance:zone": "traffic",
        "camera:mount": draw.choice(("pole", "street_light", None)), "manufacturer": maker, "direction": direction,
        "operator": who,
    }  # fmt: skip
    return {name: text for name, text in said.items() if text is not None}


def _listed(draw: random.Random) -> str:
    """A list as a police department might release it: crossings of invented streets, nothing else to place them by."""
    streets = ("Thimble Lane", "Quarry Road", "Mossgate Avenue", "Lantern Street", "Old Brick Road", "Ferrywalk")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["Camera ID", "Location", "City", "State", "Make", "Facing"])
    for number in range(1, LISTED + 1):
        first, second = draw.sample(streets, 2)
        row = [f"BF-{number:02}", f"{first} & {second}", "Brackenfall", "IL", "Flock Safety", draw.choice("NESW")]
        writer.writerow(row)
    return text.getvalue()
