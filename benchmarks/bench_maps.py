"""How long a national map of cameras takes, beside the stock way: a GeoDataFrame through Altair's geoshapes.

Both sides draw the same invented points around invented towns, over the same outlines of the states, in one run and
each in a process of its own, from importing its packages to the bytes of the PNG. The stock side gives its states and
points to Altair and draws through vl-convert; it counts nothing, looks at nothing and says nothing.

    python benchmarks/bench_maps.py --points 100000
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import time

import numpy as np
import pandas as pd

TOWNS = 2_000


def invent(number: int, seed: int) -> pd.DataFrame:
    """Points (lat, lon, degrees) around invented towns, always the same ones for a seed."""
    chance = np.random.default_rng(seed)
    towns = np.column_stack([chance.uniform(33, 45, TOWNS), chance.uniform(-116, -82, TOWNS)])
    weight = chance.pareto(1.0, TOWNS) + 0.2
    which = chance.choice(TOWNS, number, p=weight / weight.sum())
    at = towns[which] + chance.normal(0, 0.12, (number, 2))
    return pd.DataFrame({"lat": at[:, 0], "lon": at[:, 1]})


def draw_ours(points: pd.DataFrame) -> bytes:
    from investigate.maps.nation_dots import map_cameras  # noqa: PLC0415

    return map_cameras(points, "Cameras", "Invented.", "").png()


def draw_stock(points: pd.DataFrame) -> bytes:
    import altair as alt  # noqa: PLC0415
    import geopandas as gpd  # noqa: PLC0415
    import vl_convert  # noqa: PLC0415

    from investigate.agencies.places import REFERENCE  # noqa: PLC0415

    alt.data_transformers.disable_max_rows()
    states = gpd.read_file(REFERENCE / "counties-10m.json", layer="states").set_crs(4326)[["geometry"]]
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(points["lon"], points["lat"]), crs=4326)
    land = alt.Chart(states).mark_geoshape(fill="#edf0f3", stroke="#ffffff")
    dots = alt.Chart(frame).mark_geoshape(color="#16324f")
    chart = alt.layer(land, dots).project("albersUsa").properties(width=975, height=610)
    picture: bytes = vl_convert.vegalite_to_png(json.dumps(chart.to_dict()), scale=2)
    return picture


def measure(side: str, number: int, seed: int, told: multiprocessing.Queue) -> None:
    """Seconds, bytes of the PNG and peak memory (GB) of one side."""
    points = invent(number, seed)
    started = time.perf_counter()
    picture = (draw_ours if side == "ours" else draw_stock)(points)
    took = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e9 if sys.platform == "darwin" else 1e6)
    told.put((took, len(picture), peak))


def main() -> None:
    """Print both sides and how many times as fast ours is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    fresh = multiprocessing.get_context("spawn")
    seconds = {}
    for side, name in (("ours", "map_cameras"), ("stock", "GeoDataFrame through mark_geoshape")):
        told = fresh.Queue()
        process = fresh.Process(target=measure, args=(side, asked.points, asked.seed, told))
        process.start()
        while process.is_alive() and told.empty():
            process.join(0.2)
        if told.empty():
            sys.exit(f"{name}: ended with exit code {process.exitcode}")
        took, size, peak = told.get()
        process.join()
        seconds[side] = took
        print(f"{name}: {asked.points:,} points in {took:.1f} s, PNG of {size / 1e6:.2f} MB, peak memory {peak:.2f} GB")
    print(f"{seconds['stock'] / seconds['ours']:.1f} times as fast")


if __name__ == "__main__":
    main()
