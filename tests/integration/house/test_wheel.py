"""The wheel: general names stay out of site-packages, and all that is needed at run time is inside."""

import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[3]
UV = shutil.which("uv") or str(HOUSE / ".tools" / "uv" / "bin" / "uv")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, built from this checkout."""
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [UV, "build", "--wheel", "--out-dir", str(out), str(HOUSE)], check=True, capture_output=True
    )
    (made,) = out.glob("*.whl")
    return made


def test_the_wheel_has_one_name_at_its_top(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"wakeful"}


def test_what_is_needed_at_run_time_is_inside(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("services", "shared"):
        wanted = [
            path
            for path in (HOUSE / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
        ]
        missing = [
            path for path in wanted if f"wakeful/_house/{path.relative_to(HOUSE).as_posix()}" not in inside
        ]
        assert not missing


def test_installed_it_runs_from_anywhere_and_squats_on_no_name(wheel: Path, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    python = venv / "bin" / "python"
    site = Path(sysconfig.get_path("purelib", vars={"base": str(venv), "platbase": str(venv)}))
    zipfile.ZipFile(wheel).extractall(site)  # what an installer does with a pure wheel
    gained = {path.name for path in site.iterdir()}
    assert {name for name in gained if not name.endswith(".dist-info")} == {"wakeful"}
    # its dependencies are those of this environment, but not the checkout that is installed there as editable
    libraries = sysconfig.get_path("purelib")
    code = (
        f"import sys; sys.path.append({libraries!r})\n"
        "from wakeful.cli import main; sys.argv = ['wakeful', 'version']; main()"
    )
    ran = subprocess.run([str(python), "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "wakeful" in ran.stdout.lower()
    where = subprocess.run(
        [
            str(python),
            "-c",
            f"import sys; sys.path.append({libraries!r}); import wakeful, shared; print(shared.__file__)",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(site / "wakeful" / "_house") in where.stdout
