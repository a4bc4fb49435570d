"""Catalogues have all that is said, and say it all; `./dev languages` brings them up and tells what is missing."""

import pytest

from idp.language.catalogues import FOLDER
from tests.support.languages import OTHERS, brought_up, missing, said, stored, text_of


@pytest.mark.parametrize("tag", OTHERS)
def test_a_catalogue_has_exactly_what_is_said(tag: str) -> None:
    assert (FOLDER / f"{tag}.po").read_text(encoding="utf-8") == text_of(brought_up(tag, said()))


@pytest.mark.parametrize("tag", OTHERS)
def test_everything_is_translated(tag: str) -> None:
    assert missing(stored(tag)) == []
