"""Ways of proving who you are, one module each, and what they share.

    hashing         argon2id for human secrets, a bounded number at a time
    password        what a new password must be
    guessing        how hard it is to guess
    breached        whether it is among the stolen ones that the operator's list holds
    totp            authenticator apps (RFC 6238)
    passkey         keys in phones, computers and security keys (Web Authentication)
    recovery_codes  printed codes, each good once
    registry        what a person has set up, as `login` asks for it

A factor verifies and spends; it never decides whether that is enough (that is `login`'s).
"""
