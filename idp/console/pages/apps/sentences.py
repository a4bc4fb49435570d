"""Sentences that several pages of apps have."""

from __future__ import annotations

from idp.kernel.text import Text

ADVANCED_TITLE = Text("Advanced")
ADVANCED_TEXT = Text(
    "Nearly no app needs these. Each field has the name that its documentation uses, so change what its makers ask for."
)
ELSEWHERE = Text("Change this first, under Technical settings or Addresses.")
NOT_SET = Text("Not set")
