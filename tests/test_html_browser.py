"""The HTML report in a real browser: opened from disk, without a network, as a person uses it."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from harness.record import Record
from harness.report import main
from harness.store import read_records
from tests.records import write_run
from tests.runs_over_time import write_history

KEPT = Path(__file__).parents[1] / "reports" / "short" / "report.html"
"""The report on a real run, with its artifacts."""
REAL = Path(__file__).parents[1] / "reports" / "short" / "records.jsonl.gz"
"""Records of a real run on MNIST, kept in the repository."""
SHOWN = ("depth", "recurrent")
"""Experiments of it that are enough here: one that is a grid, and one that is not."""
HOSTILE = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip


def records() -> list[Record]:
    """Real ones, and one experiment with hostile names in every place that a report shows."""
    real = [record for record in read_records(REAL) if record.experiment in SHOWN]
    depth = [record for record in real if record.experiment == "depth"]
    hostile = [
        replace(
            record,
            nodeid=f"hostile-{record.nodeid}",
            case=f"{HOSTILE}-{record.seed}",
            experiment=HOSTILE,
            question=HOSTILE,
            variant=f"{record.variant}{HOSTILE}",
            baseline=f"{record.baseline}{HOSTILE}",
            factors={HOSTILE: f"{HOSTILE}{record.variant}"},
            outcome="failed",
            reason=HOSTILE,
        )
        for record in depth
        if record.variant in ("1", "2")
    ]
    return [*real, *hostile]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browser")
    write_run(folder / "runs" / "real", records())
    assert main([str(folder / "runs" / "real"), "--output", str(folder / "report")]) == 0
    return folder / "report" / "report.html"


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The page on what changed between runs, and the one on the history of all."""
    folder = tmp_path_factory.mktemp("others")
    depth = [record for record in records() if record.experiment == "depth"]
    moved = [
        [
            replace(
                record,
                epoch_s=(record.epoch_s or 1.0) * (1 + 0.1 * day),
                test_accuracy=(record.test_accuracy or 0.0) - 0.3 * (day > 1),
            )
            for record in depth
        ]
        for day in range(4)
    ]
    write_history(folder / "runs", moved)
    days = [str(folder / "runs" / f"run-{day:02d}") for day in range(3)]
    assert main(["--compare", *days, "--output", str(folder / "changes")]) == 0
    history = ["--history", str(folder / "runs"), "--output", str(folder / "history")]
    assert main(history) == 0
    return [folder / name / "report.html" for name in ("changes", "history")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail("expected Chromium on the path, found none: install it (Debian: chromium)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=[*FLAGS])
        yield opened
        opened.close()


@pytest.fixture
def said() -> list[str]:
    """Whatever the page says on the console, and every request that leaves the disk."""
    return []


def opened(
    browser: Browser, report: Path, said: list[str], *, dark: bool = False, width: int = 1200
) -> Page:
    context = browser.new_context(
        offline=True,
        color_scheme="dark" if dark else "light",
        viewport={"width": width, "height": 900},
        accept_downloads=True,
    )
    page = context.new_page()
    page.set_default_timeout(20_000)

    def console(message: ConsoleMessage) -> None:
        said.append(f"{message.type}: {message.text}")

    def request(sent: Request) -> None:
        if not sent.url.startswith(("file:", "data:", "blob:")):
            said.append(f"request: {sent.url}")

    page.on("console", console)
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on("request", request)
    page.goto(report.as_uri())
    return page


def drawn(page: Page) -> None:
    """Scroll through the page, and wait until each figure is there."""
    for plot in page.locator("[data-chart]").all():
        plot.scroll_into_view_if_needed()
        plot.locator("svg.marks").wait_for()


def chart(page: Page, section: str, name: str) -> str:
    """Selector of a figure, by the heading of its section."""
    anchor = page.locator("section.experiment", has=page.locator(f"h2:text-is('{section}')"))
    return f'[data-chart="{anchor.get_attribute("id")}/{name}"]'


def test_every_figure_is_drawn_without_a_word_on_the_console_or_a_request(
    browser: Browser, report: Path, said: list[str]
) -> None:
    page = opened(browser, report, said)
    drawn(page)
    count = page.locator("[data-chart]").count()
    assert page.locator("[data-chart] svg.marks").count() == count >= 12
    assert said == []
    assert report.stat().st_size < 5_000_000


@pytest.mark.parametrize("which", [0, 1], ids=["changes", "history"])
def test_the_other_pages_are_as_quiet(
    browser: Browser, others: list[Path], said: list[str], which: int
) -> None:
    page = opened(browser, others[which], said)
    drawn(page)
    assert page.locator("[data-chart] svg.marks, figure.picture img").count() >= 1
    assert page.locator(".findings li").count() >= 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 1200
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert said == []


def test_the_kept_report_is_whole_and_light() -> None:
    page = KEPT.read_text(encoding="utf-8")
    assert KEPT.stat().st_size < 5_000_000
    files = re.findall(r'data-file="([^"]+)"', page)
    assert len(set(files)) == len(files)
    for experiment in ("activation", "depth", "maxpool", "optimizer", "recurrent"):
        for kind in ("ranks", "time-to-target", "dead-units", "gradient-norms", "kernels-baseline",
                     "maps-baseline", "confusion-baseline", "mistakes-baseline"):  # fmt: skip
            assert f"{experiment}-{kind}.png" in files


def test_the_same_watch_sees_an_error_and_a_request(
    browser: Browser, report: Path, said: list[str]
) -> None:
    page = opened(browser, report, said)
    page.evaluate("setTimeout(() => { throw new Error('planted'); })")
    page.evaluate("fetch('http://127.0.0.1:9/').catch(() => null)")
    page.wait_for_timeout(200)
    assert any("planted" in text for text in said)
    assert any("Content Security Policy" in text for text in said)


def column(page: Page, table: str, head: str) -> list[str]:
    heads = [text.strip() for text in page.locator(f"{table} thead th").all_inner_texts()]
    place = next(number for number, text in enumerate(heads, 1) if text.startswith(head))
    shown = page.locator(f"{table} tbody tr:visible td:nth-child({place})")
    return [text.strip() for text in shown.all_inner_texts()]


def table_of(page: Page, section: str) -> str:
    anchor = page.locator("section.experiment", has=page.locator(f"h2:text-is('{section}')"))
    return f"#{anchor.get_attribute('id')} .table"


def number(text: str) -> float:
    found = re.search(r"[+-]?\d+(\.\d+)?", text.replace(",", ""))
    assert found, text
    return float(found[0])


def test_a_table_is_sorted_by_its_heads_with_mouse_and_keyboard(
    browser: Browser, report: Path, said: list[str]
) -> None:
    page = opened(browser, report, said)
    table = table_of(page, "depth")
    head = page.locator(f"{table} th", has_text="test accuracy")
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    values = [number(text) for text in column(page, table, "test accuracy")]
    assert values == sorted(values)
    assert len(set(values)) > 1
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert [number(text) for text in column(page, table, "test accuracy")] == values[::-1]
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") is None
    assert column(page, table, "variant") == ["1", "2", "3", "4"]
    head.get_by_role("button").click()
    page.locator(f"{table} th", has_text="epoch time").get_by_role("button").click()
    assert head.get_attribute("aria-sort") is None
    times = [number(text) for text in column(page, table, "epoch time")]
    assert times == sorted(times)


def test_a_table_is_filtered_by_words(browser: Browser, report: Path, said: list[str]) -> None:
    page = opened(browser, report, said)
    table = table_of(page, "recurrent")
    everything = column(page, table, "variant")
    field = page.locator(f"{table} input")
    field.fill("lstm 0.1")
    shown = column(page, table, "variant")
    assert 0 < len(shown) < len(everything)
    assert all("lstm" in text for text in shown)
    assert page.locator(f"{table} output").inner_text() == (
        f"{len(shown)} of {len(everything)} rows"
    )
    field.fill("no such words")
    assert column(page, table, "variant") == []
    field.fill("")
    assert column(page, table, "variant") == everything


def test_hovering_tells_the_numbers(browser: Browser, report: Path, said: list[str]) -> None:
    page = opened(browser, report, said)
    plot = page.locator(chart(page, "depth", "accuracy"))
    plot.scroll_into_view_if_needed()
    mark = plot.locator("g.mark-symbol path").first
    mark.wait_for()
    mark.hover(force=True)
    tip = page.locator("#vg-tooltip-element.visible")
    tip.wait_for()
    assert "test accuracy, %" in tip.inner_text()
    assert "seed" in tip.inner_text()


def test_single_seeds_come_on_demand_and_a_name_is_picked_out(
    browser: Browser, report: Path, said: list[str]
) -> None:
    page = opened(browser, report, said)
    plot = page.locator(chart(page, "depth", "accuracy-by-epoch"))
    plot.scroll_into_view_if_needed()
    plot.locator("svg.marks").wait_for()
    lines = plot.locator("g.mark-line path")

    def strokes() -> list[float]:
        return [float(line.get_attribute("opacity") or 1) for line in lines.all()]

    single = sum(opacity == 0 for opacity in strokes())
    assert single == 4 * 6  # variants, seeds
    plot.get_by_label("each seed").check()
    assert 0 not in strokes()
    plot.locator("g.role-legend-entry text", has_text="depth 4").click()
    assert sum(opacity == 1 for opacity in strokes()) == 1


def test_dark_paper_has_light_ink_and_follows_a_change(
    browser: Browser, report: Path, said: list[str]
) -> None:
    page = opened(browser, report, said, dark=True)
    plot = page.locator(chart(page, "depth", "accuracy"))
    plot.scroll_into_view_if_needed()
    label = plot.locator("g.role-axis-label text").first
    label.wait_for()
    assert light(page.evaluate("getComputedStyle(document.body).backgroundColor")) < 60
    assert light(page.evaluate("getComputedStyle(document.body).color")) > 200
    assert light(label.evaluate("node => getComputedStyle(node).fill")) > 200
    assert page.locator("path[fill='#000000'], path[stroke='#000000']").count() == 0
    # A figure that is saved or printed brings its paper along.
    paper = plot.locator("svg.marks").evaluate("node => getComputedStyle(node).backgroundColor")
    assert 0 < light(paper) < 60
    page.emulate_media(color_scheme="light")
    page.wait_for_function(
        "node => getComputedStyle(node.querySelector('g.role-axis-label text')).fill"
        " === 'rgb(31, 35, 40)'",
        arg=plot.element_handle(),
    )
    assert light(page.evaluate("getComputedStyle(document.body).backgroundColor")) > 240
    assert said == []


def light(colour: str) -> float:
    """Mean of a CSS colour's parts, 0 to 255."""
    parts = [float(part) for part in re.findall(r"[\d.]+", colour)[:3]]
    return sum(parts) / 3


@pytest.mark.parametrize("width", [360, 768])
def test_a_phone_needs_no_scrolling_sideways(
    browser: Browser, report: Path, said: list[str], width: int
) -> None:
    page = opened(browser, report, said, width=width)
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_print_shows_everything_and_no_controls(
    browser: Browser, report: Path, said: list[str]
) -> None:
    page = opened(browser, report, said)
    page.locator(f"{table_of(page, 'recurrent')} input").fill("lstm")
    assert page.locator("tbody tr[hidden]").count() > 0
    # Nothing is scrolled to: what is not on the screen is drawn all the same.
    page.wait_for_function(
        "[...document.querySelectorAll('[data-chart]')].every(p => p.querySelector('svg.marks'))"
    )
    page.evaluate("""window.addEventListener("beforeprint", () => {
        const left = ["tbody tr[hidden]", "details.teaching:not([open])"];
        window.printed = left.map((what) => document.querySelectorAll(what).length);
    })""")
    assert page.pdf()[:5] == b"%PDF-"
    assert page.evaluate("window.printed") == [0, 0]
    assert page.locator("tbody tr[hidden]").count() > 0  # afterwards the screen is as it was
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert not page.locator(".filter").first.is_visible()


def test_a_screen_reader_and_a_keyboard_find_their_way(
    browser: Browser, report: Path, said: list[str]
) -> None:
    page = opened(browser, report, said)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the results"
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("img:not([alt]), img[alt='']").count() == 0
    assert page.locator("h1").count() == 1
    drawn(page)
    names = [plot.get_attribute("aria-label") for plot in page.locator("[data-chart]").all()]
    assert all(names)
    assert len(set(names)) == len(names)
    for box in page.locator(".table").all():
        assert box.get_attribute("tabindex") == "0"
        assert box.get_attribute("aria-label")
    assert page.locator("thead th:not([scope=col])").count() == 0


def test_figures_are_saved(browser: Browser, report: Path, said: list[str], tmp_path: Path) -> None:
    page = opened(browser, report, said)
    with page.expect_download() as waiting:
        page.locator("figure.picture a.save").first.click()
    waiting.value.save_as(tmp_path / "still.png")
    assert (tmp_path / "still.png").read_bytes().startswith(b"\x89PNG")
    plot = page.locator(chart(page, "depth", "accuracy"))
    plot.scroll_into_view_if_needed()
    plot.locator("svg.marks").wait_for()
    plot.locator("details summary").click()
    with page.expect_download() as waiting:
        plot.get_by_text("Save as SVG").click()
    waiting.value.save_as(tmp_path / "chart.svg")
    assert "<svg" in (tmp_path / "chart.svg").read_text()


def test_hostile_names_show_as_text(browser: Browser, report: Path, said: list[str]) -> None:
    page = opened(browser, report, said)
    drawn(page)
    assert page.title() == "Report on real"
    assert page.locator("h2", has_text=HOSTILE).count() == 1
    assert page.locator("td", has_text=HOSTILE).count() > 1
    assert page.locator("img[src='x']").count() == 0
    plot = page.locator("section.experiment", has=page.locator("h2", has_text=HOSTILE))
    mark = plot.locator("[data-chart$='/accuracy'] g.mark-symbol path").first
    mark.scroll_into_view_if_needed()
    mark.hover(force=True)
    page.locator("#vg-tooltip-element.visible").wait_for()
    assert page.locator("#vg-tooltip-element img").count() == 0
    assert page.title() == "Report on real"
    assert said == []


def test_the_numbers_of_a_figure_are_a_table_too(
    browser: Browser, report: Path, said: list[str]
) -> None:
    page = opened(browser, report, said)
    for name, head in (("accuracy-by-time", "seconds"), ("time-by-parameters", "parameters")):
        figure = page.locator("figure", has=page.locator(chart(page, "depth", name)))
        figure.locator("details.numbers > summary").focus()
        page.keyboard.press("Enter")
        table = figure.locator("details.numbers table")
        table.wait_for()
        assert head in table.locator("thead").inner_text()
        said_of_4 = table.locator("tbody tr", has_text="depth 4")
        assert said_of_4.count() >= 6  # its seeds
        assert all(re.search(r"\d", text) for text in said_of_4.all_inner_texts())
    assert said == []


def test_only_pictures_that_scroll_stop_the_keyboard(
    browser: Browser, report: Path, said: list[str]
) -> None:
    page = opened(browser, report, said)
    pictures = page.locator(".picture .plot")
    assert pictures.count() >= 4
    assert page.locator(".picture .plot[tabindex]").count() == 0
    page.set_viewport_size({"width": 360, "height": 800})
    page.wait_for_function("document.querySelectorAll('.picture .plot[tabindex]').length > 0")
