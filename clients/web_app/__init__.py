"""A small web app that signs people in with OpenID Connect: the one to copy.

    browser            this app                              provider
       |  GET /login       |                                    |
       |------------------>|  signin: state, nonce, PKCE        |
       |<------------------|----------------------------------->|  GET authorization endpoint
       |  GET /callback?code&state&iss                          |
       |------------------>|  provider: state, iss              |
       |                   |----------------------------------->|  POST token endpoint (code, verifier)
       |                   |  tokens: signature, iss, aud, exp, nonce, at_hash
       |  303 to /         |  sessions: a new id in the cookie, everything else stays here
       |<------------------|                                    |
                           |<-----------------------------------|  POST /backchannel-logout (later, when it is over)

`provider.py` and `tokens.py` hold every check; copy them first. `pages.py` asks for a stronger sign-in before a
payout (step-up), and `api.py` is the same requirement of an API (RFC 9470).
"""

from .app import create_app

__all__ = ["create_app"]
