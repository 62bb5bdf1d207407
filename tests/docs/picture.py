"""docs/report.png: the first screen of a real report, of a run on the sandbox with three faults.

python -m tests.docs.picture          needs Chromium (Debian's package `chromium`)
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "report.png"
FAULTS = ("refresh-token-reusable", "foreign-tenant-may-read", "pages-overlap")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SIZE = "1400,900"


def main() -> int:
    """Judge, render, and take the picture."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        print("Chromium is not there: apt-get install chromium", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="picture-") as folder:
        run = Path(folder) / "run"
        faults = [f"--fault={each}" for each in FAULTS]
        command = [sys.executable, "-m", "pytest", "contracts", "-q", "-m", "not load", "--out", str(run), *faults]
        subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
        screenshot = [
            browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={SIZE}",
            f"--user-data-dir={folder}/profile", f"--screenshot={PICTURE}", (run / "report.html").as_uri(),
        ]  # fmt: skip
        subprocess.run(screenshot, check=True, stderr=subprocess.DEVNULL)
    print(f"{PICTURE}: {PICTURE.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
