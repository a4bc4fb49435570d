"""Authentication factors, one module each, and shared parts.

    hashing             argon2id for human secrets
    hash_pool           how many hashes at a time, and a bound on who may wait for one
    hash_processes      processes that compute them, each running `hash_process`
    hash_parameters     parameters of stored password hashes
    imported_hashes     password hashes of other products
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
