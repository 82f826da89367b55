"""Every measure against its peer, in one run: ``python -m bench`` (``--quick`` for a small one).

Ratios are what to read: both sides of each run on the same machine, one after the other, so a
slow machine does not change them much. More than 1 means that Safeground is the faster.
"""

import argparse
import os

from bench.running import postgis


def main() -> None:
    """Run all, with a PostGIS of our own where none is named."""
    parser = argparse.ArgumentParser(description="Measure against peers in one run, as ratios.")
    parser.add_argument("--quick", action="store_true", help="fewer rows and one round")
    quick = parser.parse_args().quick
    with postgis() as url:
        os.environ["SAFEGROUND_TEST_POSTGIS"] = url
        from bench import (  # they read the address when they are imported
            analysis,
            import_rows,
            map_screen,
            packs,
            routing,
            tiles,
        )

        import_rows.main(10_000 if quick else 100_000)
        analysis.main(quick=quick)
        routing.main(quick=quick)
        packs.main(quick=quick)
        tiles.main(*((20_000, 3, 1.0) if quick else ()))
        map_screen.main(*((map_screen.FEW, 1) if quick else ()))
        map_screen.at_scale(*((10_000, 1) if quick else ()))


if __name__ == "__main__":
    main()
