"""Endpoints that clients call directly, without a browser; `client_requests` reads and authenticates each request.

routes                   addresses; one transaction per request
authlib_server           the one Authlib server: it dispatches to what is registered, and only that
introspection, revocation, pushed_authorization            RFC 7662, RFC 7009, RFC 9126
signed_introspection     RFC 9701
"""
