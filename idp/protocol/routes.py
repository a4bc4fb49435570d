"""Every address of OAuth 2.0 and OpenID Connect."""

from __future__ import annotations

from idp.protocol.backchannel_routes import backchannel
from idp.protocol.frontchannel_routes import frontchannel

blueprints = (frontchannel, backchannel)
