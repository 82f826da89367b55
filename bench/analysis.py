"""Our statistics against their peers, on the same points in one run.

Points are a clustered Poisson process over a square county of 50 km, times even over a year. Each
side is run a few times and the median taken, the two in turn; slow peers are run once. Ratios
over 1 mean that ours is the faster. ``python -m bench.analysis`` alone, ``--quick`` for a small
run.
"""

import argparse
import gc
import resource
import shutil
import subprocess
import time
import tracemalloc
from collections.abc import Callable
from statistics import median
from typing import Any

import geopandas as gpd
import numpy as np

from geo import density, grid, hot_cells, hotspots, kernels, near_repeat, trend
from geo.grid import Grid

SIDE = 50_000
CORNER = (400_000, 500_000)
Points = tuple[np.ndarray, np.ndarray]


def main(*, quick: bool = False) -> None:
    """Measure and print."""
    print("Analysis")
    counting(1_000_000 if quick else 10_000_000)
    gi_star(100_000 if quick else 1_000_000)
    whole_path(20_000 if quick else 100_000)
    kernel_density(2_000 if quick else 10_000, 100_000 if quick else 1_000_000)
    knox(2_000 if quick else 10_000)
    mann_kendall(200 if quick else 1_000)
    print(f"  peak memory of this process: {peak():,.0f} MB")


def scattered(number: int, seed: int = 1) -> Points:
    """Scatter points: seven in ten in clusters of unequal size, the others anywhere."""
    random = np.random.default_rng(seed)
    clusters = max(20, number // 5_000)
    weight = random.pareto(1.2, clusters) + 0.1
    where = random.uniform(0, SIDE, (clusters, 2))
    wide = random.uniform(120, 900, clusters)
    own = random.choice(clusters, int(number * 0.7), p=weight / weight.sum())
    near = where[own] + random.normal(0, 1, (own.size, 2)) * wide[own, None]
    every = np.vstack([near, random.uniform(0, SIDE, (number - own.size, 2))])
    every = every.clip(0, SIDE - 1) + CORNER
    return np.ascontiguousarray(every[:, 0]), np.ascontiguousarray(every[:, 1])


def county(size: int) -> Grid:
    """Lay cells over the county."""
    return Grid(CORNER, size, SIDE // size, SIDE // size)


def timed(work: Callable[[], Any], rounds: int = 5) -> float:
    """Return the median of a few runs, in seconds."""
    spent = []
    for _ in range(rounds):
        gc.collect()
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return median(spent)


def told(name: str, seconds: float, against: float | None = None, note: str = "") -> None:
    """Print one line."""
    ratio = f"{against / seconds:10,.1f} x" if against is not None else " " * 12
    print(f"  {name:<58}{seconds * 1e3:12,.2f} ms{ratio}  {note}")


def counting(number: int) -> None:
    """Count points in cells of 250 m, against one pass over the coordinates."""
    x, y = scattered(number)
    cells = county(250)
    kernels.unload()
    once = timed(lambda: x.sum() + y.sum())
    told(f"one pass over {number:,} points", once)
    plain = timed(lambda: grid.counts(cells, x, y))
    told("counting, numpy", plain, note=f"{plain / once:.1f} passes (goal: 8)")
    before = peak()
    if kernels.load():
        fast = timed(lambda: grid.counts(cells, x, y))
        told("counting, numba", fast, note=f"{fast / once:.1f} passes (goal: 4)")
    print(f"  memory for counting, beside the points: {peak() - before:,.0f} MB more at the peak")
    kernels.unload()


def gi_star(number: int) -> None:
    """Score cells of 250 m and 100 m; esda is given its weights."""
    x, y = scattered(number)
    for size in (250, 100):
        _gi_star(x, y, county(size))


def _gi_star(x: np.ndarray, y: np.ndarray, cells: Grid) -> None:
    from esda.getisord import G_Local
    from libpysal.weights import lat2W

    counts = grid.counts(cells, x, y).astype(float)
    weights = lat2W(cells.rows, cells.cols, rook=False)
    weights.transform = "B"
    scored: list[Any] = []

    def whole() -> None:
        counted = grid.counts(cells, x, y).astype(float)
        hotspots.assess(hotspots.gi_star_grid(counted))

    def esda() -> None:
        scored.append(G_Local(counts.ravel(), weights, transform="B", star=True, permutations=0))

    ours, path = timed(lambda: hotspots.gi_star_grid(counts)), timed(whole)
    peer = timed(esda, 1 if cells.size < 250 else 3)
    off = np.nanmax(np.abs(scored[-1].Zs - hotspots.gi_star_grid(counts).ravel()))
    told(f"Gi* of {counts.size:,} cells of {cells.size} m", ours)
    told("  with counting, chances and classes", path, note=f"{x.size:,} points")
    told("  esda G_Local, weights given", peer, None, f"{peer / ours:,.0f} x (goal: 100)")
    print(f"    greatest difference of z: {off:.1e}")


def whole_path(number: int) -> None:
    """From a frame of points to a frame of scored cells, against geopandas and esda."""
    x, y = scattered(number)
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), crs=27700)
    ask = hot_cells.Ask(cell=250, extent="bbox")
    peer = timed(lambda: by_geopandas(points), 1)
    told(f"{number:,} points to scored cells of 250 m, geopandas sjoin + esda", peer)
    kernels.unload()
    for by in ("numpy", "numba"):
        if by == "numba" and not kernels.load():
            continue
        ours = timed(lambda: hot_cells.find(points, ask), 15)
        told(f"  ours with density and names, {by}", ours, None, f"{peer / ours:,.0f} x (goal: 70)")
    sfhotspot(points, ours)


def by_geopandas(points: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Do the same as a notebook would: draw cells, join, weigh, score."""
    from esda.getisord import G_Local
    from libpysal.weights import Queen

    cells = grid.cell_polygons(county(250))[["geometry"]]
    joined = gpd.sjoin(points, cells, predicate="within")
    cells["count"] = joined.groupby("index_right").size().reindex(cells.index, fill_value=0)
    weights = Queen.from_dataframe(cells, use_index=False, silence_warnings=True)
    found = G_Local(cells["count"].to_numpy(float), weights, transform="B", star=True,
                    permutations=0)  # fmt: skip
    return cells.assign(z=found.Zs, p=found.p_norm)


def sfhotspot(points: gpd.GeoDataFrame, ours: float) -> None:
    """Time R's sfhotspot on the same points, where R and the package are there."""
    script = 'cat(requireNamespace("sfhotspot", quietly = TRUE))'
    there = shutil.which("Rscript") and subprocess.run(
        ["Rscript", "-e", script],  # noqa: S607
        capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    if there != "TRUE":
        print("  R's sfhotspot: not measured, R or the package is not here (goal: 300 x)")
        return
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".gpkg") as file:
        points.to_file(file.name)
        code = (
            f'p <- sf::st_read("{file.name}", quiet = TRUE); t <- system.time('
            "sfhotspot::hotspot_gistar(p, cell_size = 250, quiet = TRUE)); cat(t[['elapsed']])"
        )
        run = subprocess.run(
            ["Rscript", "-e", code],  # noqa: S607
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    peer = float(run.stdout.split()[-1])
    told("  R sfhotspot hotspot_gistar", peer, None, f"{peer / ours:,.0f} x (goal: 300)")


def kernel_density(few: int, many: int) -> None:
    """Density of a Gaussian of 750 m: exactness at few points, speed at many."""
    from KDEpy import FFTKDE
    from scipy.stats import gaussian_kde
    from sklearn.neighbors import KernelDensity

    cells, wide = county(250), 750.0
    east, north = grid.centres(cells)
    at = np.column_stack([each.ravel() for each in np.meshgrid(east, north)])
    x, y = scattered(few)
    spots = np.column_stack([x, y])
    ours = timed(lambda: density.density(cells, x, y, wide))
    exact: list[np.ndarray] = []
    model = KernelDensity(bandwidth=wide, rtol=0, atol=0).fit(spots)
    slow = timed(lambda: exact.append(np.exp(model.score_samples(at)) * few * 1e6), 1)
    scipys = timed(lambda: gaussian_kde(spots.T)(at.T), 1)
    off = np.abs(density.density(cells, x, y, wide).ravel() - exact[0]).max() / exact[0].max()
    told(
        f"density of {few:,} points on {at.shape[0]:,} cells", ours, note=f"error {off:.3%} of peak"
    )
    told("  scikit-learn, exact", slow, None, f"{slow / ours:,.0f} x (goal: 1,000; error 0.1 %)")
    told("  scipy gaussian_kde (another kernel)", scipys, None, f"{scipys / ours:,.0f} x")
    x, y = scattered(many)
    spots = np.column_stack([x, y]) / 1_000  # in metres KDEpy loses mass
    wide_lattice = np.column_stack([each.ravel() for each in np.meshgrid(
        np.arange(-10_000, SIDE + 10_000, 250) + CORNER[0],
        np.arange(-10_000, SIDE + 10_000, 250) + CORNER[1], indexing="ij")]) / 1_000  # fmt: skip
    peer = timed(lambda: FFTKDE(bw=0.75).fit(spots).evaluate(wide_lattice), 3)
    for name in ("numpy", "numba"):
        if name == "numba" and not kernels.load():
            continue
        ours = timed(lambda: density.density(cells, x, y, wide), 3)
        told(f"density of {many:,} points, {name}", ours)
        told("  KDEpy FFTKDE", peer, None, f"{peer / ours:,.1f} x (goal: 3)")
    kernels.unload()


def knox(number: int) -> None:
    """Near repeats within 200 m and 14 days, 99 permutations, against pointpats."""
    from pointpats import Knox

    x, y = scattered(number)
    day = np.random.default_rng(3).integers(0, 365, number)
    spots = np.column_stack([x, y])
    ours_work = lambda: near_repeat.near_repeat(  # noqa: E731
        x, y, day, distances=(0, 200), days=(0, 14), metric="euclidean", permutations=99, seed=1
    )
    ours = timed(ours_work, 3)
    peer = timed(
        lambda: Knox(spots, day[:, None].astype(float), delta=200, tau=14, permutations=99), 1
    )
    told(f"Knox, {number:,} events, 99 permutations", ours)
    told("  pointpats Knox", peer, None, f"{peer / ours:,.0f} x (goal: 50)")
    mine = memory(ours_work)
    theirs = memory(
        lambda: Knox(spots, day[:, None].astype(float), delta=200, tau=14, permutations=2)
    )
    print(f"    memory {mine:,.1f} MB against {theirs:,.1f} MB: {mine / theirs:.1%} (goal: 5 %)")


def mann_kendall(cells: int) -> None:
    """Trend of many cells over 24 months."""
    import pymannkendall

    series = np.random.default_rng(5).poisson(3, (cells, 24)).astype(float)
    ours = timed(lambda: trend.mann_kendall(series))
    peer = timed(lambda: [pymannkendall.original_test(each) for each in series], 1)
    told(f"Mann-Kendall of {cells:,} cells over 24 months", ours)
    told("  pymannkendall, cell by cell", peer, None, f"{peer / ours:,.0f} x")


def memory(work: Callable[[], Any]) -> float:
    """Return how many MB of Python's and numpy's memory a run takes at its peak."""
    tracemalloc.start()
    work()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 1e6


def peak() -> float:
    """Return the most memory that this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    main(quick=parser.parse_args().quick)
