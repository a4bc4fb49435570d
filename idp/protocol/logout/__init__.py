"""Logout, from a client to us and from us to clients.

rp_initiated    a client's request to sign a person out (OpenID Connect RP-Initiated Logout 1.0)
logout_tokens   the logout token to each client of an ended session (OpenID Connect Back-Channel Logout 1.0)
"""
