"""What a person's new password must be, wherever it is set."""

from __future__ import annotations

from idp.config import Settings
from idp.factors import password
from idp.persistence.users import User

NAMES = ("name", "given_name", "family_name", "nickname")


def least(settings: Settings, *, alone: bool) -> int:
    """Characters it must have: more where it is the only factor (NIST SP 800-63B section 3.1.1.2)."""
    return settings.password_min_length_alone if alone else settings.password_min_length


def problem(candidate: str, user: User, settings: Settings, *, alone: bool) -> str | None:
    """Why this cannot be the new password, as a sentence; None when it can. `alone`: no second step follows."""
    mailbox = (user.email or "").partition("@")[0]
    names = [str(user.profile.get(claim) or "") for claim in NAMES]
    own_words = (settings.brand, settings.host, user.username, mailbox, *names)
    return password.problem(candidate, least=least(settings, alone=alone), own_words=own_words)
