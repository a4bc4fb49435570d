"""Proving: one module per authentication method.

password        the first factor: looked up, hashed outside transactions, recorded
passkey         the first factor, or the second step
second_step     a six-digit code: dispatched to totp or sent_code
recovery_code   in place of the second step
attempts        what all of them do: consume, audit, record the proof
result          how an attempt ended
"""
