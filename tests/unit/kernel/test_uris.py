"""Web addresses: parameters are added without touching what is there."""

import pytest

from idp.kernel.uris import with_query


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://app.example/cb", "https://app.example/cb?iss=https%3A%2F%2Fid&x=a%20b"),
        ("https://app.example/cb?", "https://app.example/cb?iss=https%3A%2F%2Fid&x=a%20b"),
        ("https://app.example/cb?q=%7E", "https://app.example/cb?q=%7E&iss=https%3A%2F%2Fid&x=a%20b"),
        ("https://app.example/cb?q=1&", "https://app.example/cb?q=1&iss=https%3A%2F%2Fid&x=a%20b"),
        ("com.example.app:/cb", "com.example.app:/cb?iss=https%3A%2F%2Fid&x=a%20b"),
    ],
)
def test_parameters_are_added(uri: str, expected: str) -> None:
    assert with_query(uri, {"iss": "https://id", "x": "a b"}) == expected
    assert with_query(uri, {}) == uri
