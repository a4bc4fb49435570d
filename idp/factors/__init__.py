"""Ways of proving who you are, one module each, and what they share.

    hashing         argon2id for human secrets, a bounded number at a time
    password        what a new password must be
    guessing        how hard it is to guess
    breached        whether it is among the stolen ones that the operator's list holds
    typed           codes as people type them
    totp            authenticator apps (RFC 6238)
    message_code    codes sent to a mailbox or a phone, and what a phone number is
    passkey         keys in phones, computers and security keys (Web Authentication)
    attestation     whether a maker that is trusted vouches for one of them
    recovery_codes  printed codes, each good once

A factor verifies and spends; it never decides whether that is enough (that is `login`'s).
"""
