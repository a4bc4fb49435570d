"""Endpoints that clients call themselves, in the order a request passes.

routes                   addresses; one transaction per request
parameters, request      the form, read strictly; the request as Authlib sees it
authlib_server           the one Authlib server: it dispatches to what is registered, and only that
credentials, client_authentication                         exactly one method, and the registered one
client_assertion, mutual_tls, authlib_client               what proves a client by each of them
introspection, revocation, pushed_authorization            RFC 7662, RFC 7009, RFC 9126
api_authentication, signed_introspection                   an API's secret; RFC 9701
"""
