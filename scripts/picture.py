"""Take the README's picture from the running app: ``python scripts/picture.py [FILE]``.

A chair's map of the invented town, on a store made for it, in headless Chromium.
"""

import io
import sys
import tempfile
from pathlib import Path

import town
from PIL import Image
from playwright.sync_api import Page, sync_playwright

PICTURE = town.HOUSE / "docs" / "map.png"
PATH = (
    "/?layers=places,safe_places,hot_spots,premises&pick=places:1"
    "&view=54.7845,-0.9812,14"  # the whole town
)
LARGEST = 600_000  # bytes: it is fetched with every visit to the README
SETTLED = 2_500  # milliseconds after the last request, for the ground to be drawn


def main() -> int:
    """Take the picture and write it, small; 0 where that went well."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE
    with tempfile.TemporaryDirectory(prefix="safeground-picture-") as folder:
        env = town.installation(Path(folder))
        town.load(env)
        log = Path(folder) / "log"
        with town.streamlit(town.HOUSE / "app.py", env, log, "/healthz") as address:
            taken = take(address)
    target.write_bytes(small(taken))
    print(f"{target}: {target.stat().st_size // 1000} kB")
    return 0


def take(address: str) -> bytes:
    """Return the screen as PNG once the map and the card are drawn."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=town.CHROMIUM, args=town.QUIET)
        page = browser.new_page(viewport=town.LAPTOP)
        page.set_default_timeout(90_000)
        town.sign_in(page, address, "chair", PATH)
        settle(page)
        taken = page.screenshot()
        browser.close()
    return taken


def settle(page: Page) -> None:
    """Wait until the map has its marks, the card its name, and nothing is under way."""
    map_frame = page.wait_for_selector("iframe[title*=folium]").content_frame()
    map_frame.wait_for_selector(".leaflet-marker-icon")
    page.wait_for_selector(".sg-card h2")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(SETTLED)


def small(taken: bytes) -> bytes:
    """Return the picture in 256 colours, chosen so that the small marks keep theirs."""
    picture = Image.open(io.BytesIO(taken)).convert("RGB")
    out = io.BytesIO()
    picture.quantize(
        256, method=Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE
    ).save(out, "PNG", optimize=True)
    if out.tell() > LARGEST:
        raise ValueError(f"The picture has {out.tell()} bytes; no more than {LARGEST} may be kept.")
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
