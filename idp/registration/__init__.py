"""Clients that register themselves (RFC 7591), and manage their registration (RFC 7592).

    POST /register      initial access token?  -> metadata -> sector identifier fetched -> stored; answered with secrets
    GET, PUT, DELETE    registration access token -> the client's own registration shown, replaced, removed
    /register/<id>

    routes     addresses and errors
    admission  who may register: mode, limits per network, initial access token
    answers    responses

It imports `admin` for the rules of clients, and `protocol` for the errors.
"""
