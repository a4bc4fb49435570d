"""Tokens that only the holder of a key can use: DPoP (RFC 9449) and certificates of clients (RFC 8705).

dpop.read_proof                  the proof in the header: signature, address, age, nonce, token
dpop_nonces                      the nonce of this moment, the same on every node and stored nowhere
certificates.read_certificate    the certificate that the proxy passes on
pushed_requests                  the key that a pushed authorization request proves
token_requests                   what a token request proves, and whether the client must; its single use
resource_requests                whether a request to our own APIs proves what its access token is bound to
"""
