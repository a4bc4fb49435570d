"""What libraries work out from their input alone, worked out once per test process instead of once per test.

Every test makes an application of its own, over the same routes and copies of the same keys. Three quarters of that
went into pure functions: checking the primes of an RSA key that is loaded, and compiling routes and the code by which
Werkzeug makes addresses.
"""

import functools
from collections.abc import Callable
from typing import Any, ClassVar

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from flask import Flask
from jwcrypto.jwk import JWK
from werkzeug.routing import Rule

AddressBuilder = Callable[..., tuple[str, str]]


class RememberingRule(Rule):
    """A route that shares what is compiled of it with all routes of the same shape."""

    _compiled: ClassVar[dict[tuple[Any, ...], dict[str, Any]]] = {}
    _builders: ClassVar[dict[tuple[bool, str, str], AddressBuilder]] = {}

    def compile(self) -> None:
        shape = (self.rule, self.subdomain, self.host, self.is_leaf, self.merge_slashes, repr(self.defaults))
        if shape not in self._compiled:
            super().compile()
            self._compiled[shape] = {
                name: vars(self)[name] for name in ("_parts", "_trace", "_converters", "arguments")
            }
        vars(self).update(self._compiled[shape])
        self._build = self._compile_builder(False).__get__(self, None)
        self._build_unknown = self._compile_builder(True).__get__(self, None)

    def _compile_builder(self, append_unknown: bool = True) -> AddressBuilder:
        shape = append_unknown, repr(self._trace), repr(self.defaults)
        if shape not in self._builders:
            self._builders[shape] = super()._compile_builder(append_unknown)
        return self._builders[shape]


def install() -> None:
    """From now on, in this process."""
    Flask.url_rule_class = RememberingRule
    JWK._rsa_pri = _remembering(JWK._rsa_pri)  # type: ignore[attr-defined]  # the type stubs leave it out


def _remembering(load: Callable[[JWK], RSAPrivateKey]) -> Callable[[JWK], RSAPrivateKey]:
    loaded: dict[str, RSAPrivateKey] = {}

    @functools.wraps(load)
    def remembered(jwk: JWK) -> RSAPrivateKey:
        numbers = jwk.export_private()
        if numbers not in loaded:
            loaded[numbers] = load(jwk)
        return loaded[numbers]

    return remembered
