"""How an analyst takes a file in and out again, in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import SHARED
from tests.journeys.conftest import choose, press, still, touch

pytestmark = pytest.mark.journey
expect.set_options(timeout=60_000)
REAL = SHARED / "real" / "2019-01-metropolitan-street.csv"


def send(page: Page, path: Path) -> None:
    still(page)
    form = page.frame_locator('iframe[title*="safeground_upload"]')
    field = form.get_by_label("File", exact=True)
    expect(field).to_be_enabled()  # before, nobody would hear of the choice
    field.set_input_files(str(path))
    expect(form.get_by_role("status")).to_have_text(f"{path.name} was sent.")


def test_an_analyst_sends_looks_imports_fetches_rejects_and_undoes(visit, tmp_path):
    path = tmp_path / "reports.csv"
    rows = ["reference,category,date,easting,northing,Child name"]
    rows += [f"A{at},noise,2026-03-0{at + 1},{466_000 + at},543700,x" for at in range(5)]
    path.write_text("\n".join([*rows, "A9,noise,soon,466000,543700,x"]))
    page = visit("analyst", "/import_data")
    send(page, path)
    expect(page.get_by_text("It is not plain what this file holds").first).to_be_visible()

    choose(page, "What does it hold?", "Incidents (any table)")
    choose(page, "Where the records come from", "council")
    expect(page.get_by_text("How it was read: incidents").first).to_be_visible()
    expect(
        page.get_by_text("1 columns that by their name hold who someone is").first
    ).to_be_visible()
    expect(page.get_by_text("1 of the first rows: the date cannot be read").first).to_be_visible()
    frame = page.wait_for_selector("iframe[title*=folium]").content_frame()
    frame.wait_for_selector(".leaflet-marker-icon")

    press(page.get_by_role("button", name="Import all rows"))
    expect(
        page.get_by_text("6 rows read, 5 taken, 0 there already, 1 rejected.").first
    ).to_be_visible()
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Download the rejected rows").click()
    kept = fetched.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert kept[0] == "row,reason,reference,category,date,easting,northing"
    assert kept[1].startswith("7,")

    touch(page.get_by_role("button", name="Undo").first)
    press(page.get_by_role("button", name="Yes, take it out"))
    expect(page.get_by_text("5 records were taken out.").first).to_be_visible()


@pytest.mark.skipif(not REAL.is_file(), reason="the real files are not beside us")
def test_a_real_police_file_is_recognised_and_taken(visit):
    page = visit("analyst", "/import_data")
    send(page, REAL)
    expect(page.get_by_text("The points are snap points").first).to_be_visible()
    press(page.get_by_text("Take rows outside the partnership's area too"))
    expect(page.get_by_text("How it was read: incidents").first).to_be_visible()
    press(page.get_by_role("button", name="Import all rows"))
    expect(page.get_by_text("7,416 taken, 42 there already, 20 rejected.").first).to_be_visible()


def test_others_have_no_import_page(visit):
    page = visit("volunteer", "/import_data")
    expect(page.locator(".sg-who")).to_be_visible()
    expect(page.get_by_role("link", name="Import")).to_have_count(0)
    expect(page.locator('iframe[title*="safeground_upload"]')).to_have_count(0)
