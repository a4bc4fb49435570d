"""Endpoints that clients call themselves, in the order a request passes; `client_requests` reads and authenticates it.

routes                   addresses; one transaction per request
authlib_server           the one Authlib server: it dispatches to what is registered, and only that
introspection, revocation, pushed_authorization            RFC 7662, RFC 7009, RFC 9126
signed_introspection     RFC 9701
"""
