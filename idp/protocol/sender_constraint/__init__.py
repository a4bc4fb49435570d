"""Tokens that only the holder of a key can use: DPoP (RFC 9449).

request -> dpop.read_proof        the proof in the header: signature, address, age, nonce, token
-> token_requests         what a token request proves, and whether the client must; its single use
-> resource_requests      whether a request to our own APIs proves what its access token is bound to
dpop_nonces                       the nonce of this moment, the same on every node and stored nowhere
"""
