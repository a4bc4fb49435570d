"""The distributions: whole, and at work away from the checkout."""

import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.support.command import Command, free_port
from tests.support.harness import PASSWORD
from tests.support.http_person import HttpPerson
from tests.support.product import Product

ROOT = Path(__file__).parents[3]
BUILD = "import sys, hatchling.build as backend; print(getattr(backend, sys.argv[1])(sys.argv[2]))"
OUTSIDE = {"PATH": "/usr/bin:/bin", "NO_PROXY": "*"}


def build(what: str, source: Path, target: Path) -> Path:
    """Build a distribution, as pip does with the back end of pyproject.toml."""
    name = subprocess.run(
        [sys.executable, "-c", BUILD, what, str(target)], cwd=source, capture_output=True, text=True, check=True
    )
    return target / name.stdout.split()[-1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("build_wheel", ROOT, tmp_path_factory.mktemp("wheel"))


def tracked(folder: str) -> set[str]:
    """The files of a folder that belong to the repository, from its root."""
    listed = subprocess.run(["git", "ls-files", folder], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(listed.stdout.split())


def test_the_wheel_holds_every_module_template_static_file_and_catalogue(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held >= tracked("idp") | {f"idp/{name}" for name in tracked("templates")}
    assert {name.split("/")[0] for name in held} == {"idp"}, "nothing else may be put beside other packages"


def test_a_wheel_made_from_the_source_distribution_is_the_same(wheel: Path, tmp_path: Path) -> None:
    sources = build("build_sdist", ROOT, tmp_path)
    with tarfile.open(sources) as archive:
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # since Python 3.11.4
        archive.extractall(tmp_path, **safely)  # type: ignore[arg-type]  # noqa: S202 - our own archive
    again = build("build_wheel", tmp_path / sources.name.removesuffix(".tar.gz"), tmp_path)
    with zipfile.ZipFile(wheel) as first, zipfile.ZipFile(again) as second:
        assert {name: first.read(name) for name in first.namelist()} == {
            name: second.read(name) for name in second.namelist()
        }


@pytest.fixture
def environment(wheel: Path, tmp_path: Path) -> Path:
    """A virtual environment with the wheel; its dependencies are those of this one, so that nothing is fetched."""
    made = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(made)], check=True)
    program = made / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(program), "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--no-deps", "--no-index", str(wheel)], check=True)
    packages = next((made / "lib").glob("python*/site-packages"))
    # a .pth file in that folder is not followed from here, so the checkout stays out
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return made


def test_a_sign_in_with_the_installed_wheel(environment: Path, tmp_path: Path) -> None:
    idp, port = str(environment / "bin" / "idp"), free_port()
    command = Command.for_development(tmp_path, issuer=f"http://localhost:{port}")

    def run(*arguments: str, stdin: str = "") -> str:
        done = subprocess.run(
            [idp, *arguments],
            env=OUTSIDE | command.environment,
            cwd=tmp_path,
            input=stdin,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    where = subprocess.run(
        [environment / "bin" / "python", "-c", "import idp; print(idp.__file__)"],
        env=OUTSIDE,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(where.stdout.strip()).is_relative_to(environment)
    run("db", "upgrade")
    options = ["--email", "jane@example.test", "--name", "Jane", "--password-stdin", "--required"]
    run("users", "add", "jane", *options, stdin=PASSWORD + "\n")
    product = Product(tmp_path, port=port, program=idp)
    product.start()
    try:
        walk_through(product.issuer)
    finally:
        product.stop()


def walk_through(issuer: str) -> None:
    """Sign in with a second step that is set up on the way, and look at a page, its style and a translation."""
    person = HttpPerson("jane")
    person.get(f"{issuer}/account/security")
    person.sign_in()
    assert person.inside
    assert person.get(f"{issuer}/account/security").status_code == 200
    assert "countersign.css" in person.page.text
    assert person.get(f"{issuer}/static/countersign.css").status_code == 200
    stranger = HttpPerson("")
    stranger.speaks("de")
    assert 'lang="de"' in stranger.get(f"{issuer}/account/security").text
    assert "Anmelden" in stranger.page.text
