"""Our own APIs, which accept access tokens.

bearer            the access token: sent once, signed by us, of a valid grant (RFC 6750)
userinfo          claims about the person (OpenID Connect Core section 5.3)
account_security  how the account is protected
step_up           the challenge for a higher level (RFC 9470)
"""
