"""A report in real headless Chromium: axe-core finds nothing, the console says nothing, nothing is fetched.

    npm install --prefix /elsewhere axe-core && pip install playwright     (neither is a dependency of the suite)
    python -m tests.reports.browser RUN/report.html --axe /elsewhere/node_modules/axe-core/axe.min.js

At 1400 and 360 pixels, light and dark, with everything closed and everything open. Exit 1 if anything is found.
`--shots FOLDER` keeps pictures of the first screens; `--chromium` names the browser (default: Debian's).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SIZES = ((1400, 900), (360, 740))
SCHEMES = ("light", "dark")
OPENS_WITHIN = 2.0
"""Seconds."""
PARTS = ("what-is-wrong", "what-was-proven", "what-to-add")
"""Headings that the first screen has to show."""
ABOVE = "names => names.filter(name => document.getElementById(name).getBoundingClientRect().bottom > innerHeight)"
AXE = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map(each => each.id)"
OPEN = "document.querySelectorAll('details').forEach(each => { each.open = true; })"
WIDE = "document.documentElement.scrollWidth"
STEP = "() => document.activeElement.closest('article')?.id"


def main() -> int:
    """Look at a report, print what is wrong with it; exit 1 if anything is."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("report", type=Path)
    parser.add_argument("--axe", type=Path, required=True, help="axe.min.js of axe-core")
    parser.add_argument("--shots", type=Path, help="folder for pictures of the first screens")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
        found = [each for scheme in SCHEMES for size in SIZES for each in looked_at(browser, options, scheme, size)]
        browser.close()
    print(*found, f"{len(found)} things found", sep="\n")
    return 1 if found else 0


def looked_at(browser: Any, options: argparse.Namespace, scheme: str, size: tuple[int, int]) -> Iterator[str]:
    """What is wrong at one size in one scheme of colours."""
    name = f"{scheme} {size[0]}"
    page, said, fetched = _page(browser, scheme, size, bypass=False)
    began = time.monotonic()
    page.goto(options.report.resolve().as_uri())
    if (took := time.monotonic() - began) > OPENS_WITHIN:
        yield f"{name}: opened in {took:.1f} s"
    if options.shots:
        options.shots.mkdir(exist_ok=True)
        page.screenshot(path=options.shots / f"{scheme}-{size[0]}.png")
    yield from (f"{name}: {part} is below the first screen" for part in page.evaluate(ABOVE, list(PARTS)))
    if page.evaluate(WIDE) > size[0]:
        yield f"{name}: {page.evaluate(WIDE)} pixels wide"
    articles = page.locator("article.finding").count()
    if articles:
        page.keyboard.press("j")
        if not page.evaluate(STEP):
            yield f"{name}: the key j leads to no problem"
    yield from (f"{name}: console: {each}" for each in said)
    yield from (f"{name}: fetched {each}" for each in fetched)
    page.context.close()
    yield from _violations(browser, options, scheme, size)


def _violations(browser: Any, options: argparse.Namespace, scheme: str, size: tuple[int, int]) -> Iterator[str]:
    """What axe-core finds; it needs a page without the policy that keeps other scripts out."""
    page, _, _ = _page(browser, scheme, size, bypass=True)
    page.goto(options.report.resolve().as_uri())
    page.evaluate(options.axe.read_text("utf-8"))
    for state in ("closed", "open"):
        yield from (f"{scheme} {size[0]} {state}: axe: {each}" for each in page.evaluate(AXE))
        page.evaluate(OPEN)
    page.context.close()


def _page(browser: Any, scheme: str, size: tuple[int, int], *, bypass: bool) -> tuple[Any, list[str], list[str]]:
    """A page with what its console says and what it fetches."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, reduced_motion="reduce", bypass_csp=bypass
    )
    page = context.new_page()
    said: list[str] = []
    fetched: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda sent: fetched.append(sent.url) if not sent.url.startswith(("file:", "data:")) else None)
    return page, said, fetched


if __name__ == "__main__":
    sys.exit(main())
