"""The running product, for relying parties that others wrote."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients import node_party
from tests.support.product import Product, running


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    with tempfile.TemporaryDirectory(prefix="idp-clients-") as name, running(Path(name) / "product") as serving:
        yield serving


@pytest.fixture(scope="session")
def node_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the scripts of relying parties on npm libraries are, ready to be run."""
    return node_party.install(tmp_path_factory.mktemp("node") / "app")
