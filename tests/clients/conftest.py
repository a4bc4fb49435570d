"""The running product, for relying parties that others wrote."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.product import Product, running


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    with tempfile.TemporaryDirectory(prefix="idp-clients-") as name, running(Path(name) / "product") as serving:
        yield serving
