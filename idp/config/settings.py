"""All settings together, as the rest of the product is given them."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from idp.config import rules
from idp.config.fields import SettingFields


class Settings(SettingFields):
    """The settings of an installation, checked against each other."""

    @model_validator(mode="after")
    def _settings_agree(self) -> Self:
        if problems := rules.problems(self):
            raise ValueError("\n".join(problems))
        return self

    @property
    def sender(self) -> str:
        """The address mail comes from."""
        return self.mail_from or f"no-reply@{self.host}"

    @property
    def attesting(self) -> bool:
        """Whether some makers of security keys are trusted to vouch for them."""
        return bool(self.attestation_roots)

    @property
    def development(self) -> bool:
        """Whether this is a trial or a developer's machine, where what nobody delivers is kept to be looked at."""
        return self.mode == "development"

    @property
    def channels(self) -> frozenset[str]:
        """The channels by which a code can reach somebody here: `email`, `sms`, `whatsapp`.

        While developing, what nobody delivers is kept in a mailbox to be looked at, so all of them are there.
        """
        wanted = {
            "email": self.email_codes,
            "sms": self.development or bool(self.sms_provider),
            "whatsapp": self.development or bool(self.whatsapp_provider),
        }
        return frozenset(channel for channel, there in wanted.items() if there)
