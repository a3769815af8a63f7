"""The configuration by itself: what is likely misspelt, and what gives secrets away."""

import os
import stat
from collections.abc import Iterator
from difflib import get_close_matches

from reconciler.admin.doctor.finding import Finding, Verdict
from reconciler.config import Config, is_on_this_machine, known_keys


def look_at_settings(config: Config) -> Iterator[Finding]:
    """Say what of the configuration is not as it should be; one `ok` if all is."""
    found = list(_problems(config))
    yield from found
    if not found:
        yield Finding(
            check="settings", verdict=Verdict.OK, text=f"the endpoint is from {config.source}"
        )


def _problems(config: Config) -> Iterator[Finding]:
    names = {one.lower(): one for one in known_keys()}
    for key in config.unknown_keys:
        close = get_close_matches(key.lower(), names, n=1)
        yield _warning(
            f"{key} is a key that nothing reads",
            f"do you mean {names[close[0]]}?" if close else "take it out of the file",
            key=key,
        )
    for remark in config.remarks:
        yield _warning(remark, "mend or remove that file")
    if config.insecure_skip_verify and not config.insecure:
        yield _warning(
            "insecureSkipVerify: whoever answers at the endpoint is believed, and gets the token",
            "name the server's authority by caCertFilePath instead",
        )
    if config.sends_in_plain_text:
        yield _warning(
            f"tokens go to {config.endpoint} in plain text, for everybody on the way to read",
            "set admin.insecure: false (or FLYTE_PLATFORM_INSECURE=false) if it speaks TLS",
        )
    url = config.login.token_url
    if url.startswith("http://") and not is_on_this_machine(url.removeprefix("http://")):
        yield _warning(
            "tokenUrl is http://: the client's secret goes there in plain text", "use https://"
        )
    for file in (config.login.secret_file, config.login.token_file, config.client_key_file):
        if file and _others_may_read(file):
            yield _warning(f"{file} can be read by others on this machine", f"chmod 600 {file}")


def _others_may_read(file: str) -> bool:
    try:
        mode = stat.S_IMODE(os.stat(os.path.expanduser(file)).st_mode)
    except OSError:
        return False  # whoever needs it says so
    # A group may be how a secret is mounted; everybody is not.
    return bool(mode & 0o004)


def _warning(text: str, fix: str, **facts: object) -> Finding:
    return Finding(check="settings", verdict=Verdict.WARNING, text=text, fix=fix, facts=facts)
