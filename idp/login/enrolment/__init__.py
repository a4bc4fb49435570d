"""Enrolling: one module per authentication method, and what all of them share.

totp, passkey, sent_code       the set-up of one method, at sign-in or in *My account*
factor_changes                 add the proven factor; turn the second step off
"""
