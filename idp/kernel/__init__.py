"""The few things everything else stands on: time, randomness, opaque handles, sentences, and the facts of a request.

Nothing here imports anything of ours. Time and randomness are values handed in, never read from the side, so that a
test can freeze the one and repeat the other.
"""
