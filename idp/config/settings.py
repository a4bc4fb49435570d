"""The complete, validated settings."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from idp.config import rules
from idp.config.fields import SettingFields


class Settings(SettingFields):
    """The settings of an installation, validated against each other."""

    @model_validator(mode="after")
    def _settings_agree(self) -> Self:
        if problems := rules.problems(self):
            raise ValueError("\n".join(problems))
        return self

    @property
    def sender(self) -> str:
        """Return the sender address of mail."""
        return self.mail_from or f"no-reply@{self.mail_domain}"

    @property
    def attesting(self) -> bool:
        """Whether passkey attestation is requested and verified."""
        return bool(self.attestation_roots)

    @property
    def development(self) -> bool:
        """Whether undelivered messages go to a local mailbox."""
        return self.mode == "development"

    @property
    def channels(self) -> frozenset[str]:
        """Return the channels for codes: `email`, `sms`, `whatsapp`.

        In development mode all of them exist: messages without a provider go to the local mailbox.
        """
        wanted = {
            "email": self.email_codes,
            "sms": self.development or bool(self.sms_provider),
            "whatsapp": self.development or bool(self.whatsapp_provider),
        }
        return frozenset(channel for channel, there in wanted.items() if there)
