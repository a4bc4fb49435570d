"""All settings in one model, without the rules between them."""

from __future__ import annotations

from pydantic import ConfigDict

from idp.config.client_certificates import ClientCertificates
from idp.config.installation import Installation
from idp.config.messages import Messages
from idp.config.registration import ClientRegistration
from idp.config.sign_in import SignIn
from idp.config.tokens import Tokens


class SettingFields(ClientRegistration, ClientCertificates, Messages, Tokens, SignIn, Installation):
    """All settings. Durations are seconds unless the name says otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
