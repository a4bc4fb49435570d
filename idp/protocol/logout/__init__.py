"""Logout, from a client to us and from us to clients.

rp_initiated    a client's request to sign a person out (OpenID Connect RP-Initiated Logout 1.0)
logout_tokens   the logout token to each client of an ended session (OpenID Connect Back-Channel Logout 1.0)

Frames that open clients after a sign-out (OpenID Connect Front-Channel Logout 1.0): `login.flow.frontchannel_logout`,
which *My account* uses as well.
"""
