"""The planted reasons: what the invented officers type or pick, and the category that each is meant to have.

The category is declared beside the text by hand. Nothing here asks the classifier, so that the classifier can
be held against it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

BLANK = "blank"
NOT_EXPORTED = "not_exported"


@dataclass(frozen=True, slots=True)
class Planted:
    """A reason with its intended category; `offense` is the drop-down value, `detail` what was typed."""

    detail: str
    category: str
    weight: int
    offense: str = ""
    offense_category: str = BLANK

    @property
    def text(self) -> str:
        """The reason as an audit prints it."""
        return f"{self.offense} - {self.detail}" if self.offense else self.detail


def _typed(category: str, *texts: tuple[str, int]) -> tuple[Planted, ...]:
    return tuple(Planted(text, category, weight) for text, weight in texts)


# Agency words are typed in both terms; the word "immigration" only after the inauguration.
BEFORE = (
    *_typed("immigration_agency", ("ICE", 20), ("ICE WARRANT", 8), ("ERO assist", 6), ("CBP Assist", 8)),
    *_typed("immigration_agency", ("assist border patrol", 4), ("ICE+ERO", 3)),
    *_typed("immigration", ("ICE hold", 4), ("ICE detainer", 3)),
    *_typed("homeland", ("HSI", 18), ("Assist HSI", 6), ("HSI Investigation", 6), ("DHS", 3)),
    *_typed("immigration_or_homeland_other_crime", ("HSI narcs", 5), ("HSI Narcotics Investigation", 5)),
    *_typed("immigration_or_homeland_other_crime", ("HSI Fraud Investigation", 3), ("HSI Stolen", 2)),
)
AFTER = (
    *_typed("immigration", ("immigration", 22), ("Immigration violation", 12), ("Immigration+", 3)),
    *_typed("immigration", ("Immigration Enforcement", 6), ("Deportation Warrant", 5), ("criminal alien", 4)),
    *_typed("immigration", ("ICE detainer", 6), ("USBP Immigration Investigation", 3), ("287(g)", 2)),
    *_typed("immigration_crime", ("8 USC 1326", 2), ("illegal re-entry", 2)),
    *_typed("immigration_agency", ("ICE", 26), ("ICE+ERO", 8), ("ICE assist", 8), ("ICE WARRANT", 6)),
    *_typed("immigration_agency", ("ERO", 6), ("CBP Assist", 5), ("sig 21 CBP", 2), ("ICE HSI TARGET", 3)),
    *_typed("homeland", ("HSI", 22), ("HSI request - ongoing", 4), ("HSI Task Force Investigation", 4)),
    *_typed("homeland", ("AOA HSI", 4), ("DHS", 2)),
    *_typed("immigration_or_homeland_other_crime", ("HSI narcs", 4), ("HSI-Drug Lead", 4)),
    *_typed("immigration_or_homeland_other_crime", ("Drugs/immigration violations", 4), ("Immigration/Drugs", 3)),
    *_typed("immigration_or_homeland_other_crime", ("HSI-Labor Trafficking", 2)),
)
_CIVIL = "Immigration (civil/administrative)"
_WANTED = "Wanted Person (Arrest Warrant/Fugitive)"
AFTER_PICKED = (
    Planted("", "immigration", 30, _CIVIL, "immigration"),
    Planted("HSI", "immigration", 6, _CIVIL, "immigration"),
    Planted("", "immigration_crime", 8, "Immigration (criminal)", "immigration_crime"),
    Planted("assist ICE", "immigration_crime", 3, "Immigration (criminal)", "immigration_crime"),
    Planted("ICE detainer", "immigration", 6, _WANTED, "other"),
    Planted("ICE", "immigration_agency", 10, _WANTED, "other"),
    Planted("HSI", "immigration_or_homeland_other_crime", 12, "Drugs/Narcotics", "other"),
    Planted("HSI", "immigration_or_homeland_other_crime", 5, "Larceny/Theft Offenses", "other"),
)

_CASE_ONLY = tuple((f"Z{20 + n * 3 % 70}-{n * 431 % 90_000:05d}", 2) for n in range(60))
_DIGITS_ONLY = tuple((f"{9_900_000 + n * 613}", 2) for n in range(40))
# `10-12` is what a spreadsheet program turns into a date.
DATE_TRAP = "10-12"

_SYSTEM_WRITTEN = (
    ("Daytime search for best result", 4),
    (
        "Other image search from alerts page associated with Alert: Stolen Plate ZZINV0412 - 2025-09-02T07:10:27.686Z",
        4,
    ),
)
_STATED = (
    *_typed("other", ("stolen vehicle", 120), ("hit and run", 90), ("burglary suspect", 70), ("theft", 80)),
    *_typed("other", ("retail theft", 60), ("welfare check", 40), ("missing juvenile", 30), ("robbery", 45)),
    *_typed("other", ("shots fired, dark sedan", 30), ("homicide", 20), ("fraud", 30), ("narcotics", 40)),
    *_typed("other", ("warrant", 45), ("dui", 20), ("agg assault", 25), ('robbery, man in "red hat"', 5)),
    # Words that only look like an immigration agency to a rule that matches inside words.
    *_typed("other", ("police assist burglary", 12), ("heroin", 10), ("office break in", 6), ("vehice stolen", 4)),
    *_typed("other", ("traffic service complaint", 6), ("criminal justice theft", 4), ("ICAC tip", 4)),
    *_typed("other_federal", ("FBI assist", 8), ("ATF", 6), ("DEA", 6), ("US Marshals", 8), ("USPIS", 3)),
)
_UNSTATED = (
    *_typed("vague", ("investigation", 140), ("inv", 60), ("bolo", 25), ("check", 15), ("test", 6), ("AOA", 10)),
    *_typed("vague", *_SYSTEM_WRITTEN),
    Planted("", BLANK, 12),
)
# Rare, and all the more striking to a rule that takes every "ice" for the agency.
_FALSE_FRIENDS = (
    *_typed("false_friend", ("black ice crash", 3), ("ICE impersonation", 2), ("ice cream truck theft", 2)),
    *_typed("false_friend", ("meth (ice)", 2), ("CHP border div log", 2)),
)


def _times(factor: int, planted: tuple[Planted, ...]) -> tuple[Planted, ...]:
    return tuple(replace(one, weight=one.weight * factor) for one in planted)


PLAIN = (*_times(6, (*_STATED, *_UNSTATED, *_typed("vague", *_CASE_ONLY))), *_FALSE_FRIENDS)
_NUMBERED = _times(6, _typed("vague", *_CASE_ONLY, *_DIGITS_ONLY))
NUMBERS = (
    *_times(6, (*_STATED, *_UNSTATED, *_NUMBERED, *_typed("vague", (DATE_TRAP, 130)))),
    *_FALSE_FRIENDS,
)
MOSTLY_BLANK = (Planted("", BLANK, 98), *_typed("other", ("burglary", 1), ("stolen vehicle", 1)))

_PICKED: tuple[tuple[str, int], ...] = (
    ("Motor Vehicle Theft/Stolen", 120),
    ("Larceny/Theft Offenses", 110),
    ("Hit and Run/Car Accident", 90),
    (_WANTED, 80),
    ("Criminal Motor Vehicle Offense (incl. Road Rage/Reckless)", 60),
    ("Assault/Battery Offenses", 50),
    ("Assault/Battery Offenses (Domestic)", 40),
    ("Burglary/Breaking & Entering", 55),
    ("Drugs/Narcotics", 60),
    ("Robbery", 35),
    ("Weapons Offense (Guns/Shots Fired)", 40),
    ("Missing/Endangered Person/Runaway", 45),
    ("Obstructing the Police (Fleeing/Eluding)", 60),
    ("Obstructing Justice", 12),
    ("Financial Crime (Embezzlement/Fraud)", 25),
    ("Traffic Infraction", 40),
    ("Welfare Check", 25),
    ("Homicide/Death Investigation", 15),
    ("Stolen Property Offenses", 25),
    ("City Planning/Traffic Analysis", 5),
    ("Motor Vehicle Theft/Stolen, " + _WANTED, 15),
    ("Larceny/Theft Offenses, Stolen Property Offenses", 10),
)
_DETAILS = (
    ("", 57),
    ("white van", 12),
    ("26-Z0412", 8),
    ("stolen vehicle, fled", 8),
    ("suspect vehicle", 15),
)


def _picked() -> Iterator[Planted]:
    for offense, often in _PICKED:
        for detail, share in _DETAILS:
            yield Planted(detail, "other", often * share, offense, "other")
    yield Planted("", "vague", 2_000, "Other", "vague")
    # What is still typed after the switch, in the same proportions as before it.
    yield from PLAIN


PICKED = tuple(_picked())

# Order matters: `draw.Searches` addresses a table by its place here.
TABLES: tuple[tuple[Planted, ...], ...] = (PLAIN, NUMBERS, MOSTLY_BLANK, PICKED, BEFORE, AFTER, AFTER_PICKED)
TABLE_OF_HABIT = {"plain": 0, "numbers": 1, "blank": 2}
PICKED_TABLE, BEFORE_TABLE, AFTER_TABLE, AFTER_PICKED_TABLE = 3, 4, 5, 6
REASONS: tuple[Planted, ...] = tuple(planted for table in TABLES for planted in table)
CATEGORIES: tuple[str, ...] = (
    *sorted({planted.category for planted in REASONS} | {planted.offense_category for planted in REASONS}),
    NOT_EXPORTED,
)
