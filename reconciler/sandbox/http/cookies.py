"""What a browser sends back of what it was told to keep."""

from http.cookies import CookieError, SimpleCookie

from reconciler.sandbox.http.exchange import Request


def cookies_of(request: Request) -> dict[str, str]:
    """Return the request's cookies; broken ones are left out."""
    found: dict[str, str] = {}
    for header in request.values("cookie"):
        try:
            found |= {name: morsel.value for name, morsel in SimpleCookie(header).items()}
        except CookieError:
            continue
    return found
