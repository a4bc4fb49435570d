"""Grant types of the token endpoint, one file each (RFC 6749 section 4).

    the client has authenticated -> may it use this grant? -> spend what it brought -> issue

`token_response` is shared: the token response of a person's grant, and its audit row; `polled_request` by the grants
whose clients poll until a person decides. What is single-use is claimed by
one conditional UPDATE before anything is signed; when a second caller presents it, the grant is revoked.
"""

from __future__ import annotations

from idp.protocol.grants.authorization_code import AuthorizationCode
from idp.protocol.grants.ciba import Ciba
from idp.protocol.grants.client_credentials import ClientCredentials
from idp.protocol.grants.device_code import DeviceCode
from idp.protocol.grants.jwt_bearer import JwtBearer
from idp.protocol.grants.refresh_token import RefreshTokens
from idp.protocol.grants.token_exchange import TokenExchange

GRANTS = (AuthorizationCode, RefreshTokens, ClientCredentials, DeviceCode, TokenExchange, JwtBearer, Ciba)
"""What is registered with the server and listed in discovery."""
