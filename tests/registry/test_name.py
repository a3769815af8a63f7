"""Names of images."""

import pytest

from reconciler.errors import RegistryError
from reconciler.registry import parse_image


@pytest.mark.parametrize(
    ("text", "whole", "host"),
    [
        ("busybox", "docker.io/library/busybox:latest", "registry-1.docker.io"),
        ("acme/etl:1", "docker.io/acme/etl:1", "registry-1.docker.io"),
        ("index.docker.io/acme/etl", "docker.io/acme/etl:latest", "registry-1.docker.io"),
        ("ghcr.io/acme/etl:1.4", "ghcr.io/acme/etl:1.4", "ghcr.io"),
        ("localhost/etl", "localhost/etl:latest", "localhost"),
        ("localhost:5000/a/b__c/d-e:T_x", "localhost:5000/a/b__c/d-e:T_x", "localhost:5000"),
        ("[::1]:5000/etl", "[::1]:5000/etl:latest", "[::1]:5000"),
    ],
)
def test_what_is_left_out_is_filled_in(text: str, whole: str, host: str) -> None:
    """As docker does."""
    image = parse_image(text)

    assert str(image) == whole
    assert image.host == host
    assert image.at("sha256:x").endswith(f"{image.repository}@sha256:x")


@pytest.mark.parametrize(
    "text", ["", "UPPER/case", "a//b", "a:b:c", "a/../b", "ghcr.io/", "a:-x", "a b", "a@sha256:b"]
)
def test_what_is_no_name_is_refused(text: str) -> None:
    """Before anybody is asked."""
    with pytest.raises(RegistryError):
        parse_image(text)
