"""Authentication factors, one module each, and shared parts.

    hashing             argon2id for human secrets
    hash_pool           threads that compute hashes, and a bound on who may wait for them
    hash_parameters     parameters of stored password hashes
    password            rules for new passwords
    password_strength   estimation with zxcvbn
    breached_passwords  the operator's list of breached passwords
    typed_codes         normalisation of typed codes
    totp                authenticator apps (RFC 6238)
    sent_code           codes sent by mail or to a phone, and phone numbers
    passkey             passkeys (Web Authentication)
    attestation         trust in authenticator attestations
    recovery_codes      printed single-use codes

A factor verifies a secret; whether that is enough is decided in `login`.
"""
