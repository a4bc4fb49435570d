"""The keys that sign tokens, and the key that seals secrets at rest.

The life of a signing key, one line of keys per algorithm:

    next      published in the JWKS, signs nothing yet: apps have `publish_ahead` seconds to fetch it
      |       `signs_from` is reached
    active    signs; exactly one per algorithm at any moment
      |       a later key's `signs_from` is reached
    retired   still published, so that every token it signed can be verified until the last of them has expired
      |       `longest_token` and a margin have passed
    removed   its file is deleted

Nothing ever writes "this key is now active". A key file is written once and never changed; which state a key is in
follows from its place in the line, its `signs_from` and the time. All nodes that see the same files agree, and a
crash between two steps cannot leave two signers or none.

    rotation.py       pure: what state each key is in, and what to do next (publish, remove, usually nothing)
    keystore.py       key files <-> keys; carries a plan out, under the directory's lock
    keyring.py        the one object a process holds: sign, verify, JWKS; notices keys other nodes have made
    algorithms.py     which algorithms exist, what a key for each looks like, and the signature itself
    jws.py            strict reading of a compact JWS; base64url.py its encoding, time_claims.py its times
    own_jwts.py       JWTs that we signed, coming back
    client_jwts.py    JWTs signed by others: client assertions
    jwe.py            encryption to the public key of a client
    sealing.py        AES-256-GCM for secrets in the database
    private_files.py  the directory: modes, atomic writes, the lock
"""
