"""The wheel: every package of the suite below one import name, with the files that they read.

The checkout has them side by side, which is how they are worked on; beside other people's packages, names such as
`reports` would be taken. So each goes below `calcom_contracts`, whose command line puts them where they expect to be.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent
NAME = "calcom_contracts"
FOLDERS = ("specs", "contracts", "load", "reports", "sandbox")
BESIDE = ("conftest.py", "pyproject.toml", "LICENSE")
"""What pytest reads from the root of the suite."""
LEFT_OUT = {"__pycache__", "out"}


def packages() -> dict[str, str]:
    """Each package by its name in the wheel, with its folder."""
    found = {NAME: f"package/{NAME}"}
    for top in FOLDERS:
        for init in sorted((HERE / top).rglob("__init__.py")):
            folder = init.parent.relative_to(HERE)
            found[".".join([NAME, *folder.parts])] = folder.as_posix()
    return found


def data(folders: dict[str, str]) -> dict[str, list[str]]:
    """What each package reads besides modules, also from folders that are no packages."""
    owners = {Path(folder): name for name, folder in folders.items()}
    found: dict[str, list[str]] = {}
    for top in FOLDERS:
        for path in sorted((HERE / top).rglob("*")):
            inside = path.relative_to(HERE)
            if path.is_file() and path.suffix not in {".py", ".pyc"} and not LEFT_OUT & {*inside.parts}:
                owner = next(each for each in inside.parents if each in owners)
                found.setdefault(owners[owner], []).append(inside.relative_to(owner).as_posix())
    return found


class WithRoot(build_py):
    """Puts what stands at the root of the checkout at the root of the installed suite."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            for name in BESIDE:
                shutil.copyfile(HERE / name, Path(self.build_lib) / NAME / name)


FOUND = packages()
setup(packages=list(FOUND), package_dir=FOUND, package_data=data(FOUND), cmdclass={"build_py": WithRoot})
