"""Kubernetes' rules for names and labels, and its words for breaking them.

Source: k8s.io/apimachinery v0.34.1, pkg/util/validation; flyteadmin
pkg/manager/impl/validation (project_validator.go, shared_execution.go, validation.go).
"""

import re
from collections.abc import Mapping

from reconciler.sandbox.errors import invalid

MAX_LABELS = 16

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_VALUE = f"({_QUALIFIED})?"

_LABEL_MESSAGE = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
    "and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', "
    f"regex used for validation is '{_LABEL}')"
)
_SUBDOMAIN_MESSAGE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, "
    "'-' or '.', and must start and end with an alphanumeric character "
    f"(e.g. 'example.com', regex used for validation is '{_SUBDOMAIN}')"
)
_QUALIFIED_MESSAGE = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', "
    f"regex used for validation is '{_QUALIFIED}')"
)
_VALUE_MESSAGE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
    "'.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or "
    f"'my_value',  or '12345', regex used for validation is '{_VALUE}')"
)


def label_faults(name: str) -> list[str]:
    """Return what keeps `name` from being a DNS-1123 label, longest complaint last."""
    faults = []
    if len(name.encode()) > 63:
        faults.append("must be no more than 63 characters")
    if not re.fullmatch(_LABEL, name):
        if re.fullmatch(_SUBDOMAIN, name):
            faults.append("must not contain dots")
        else:
            faults.append(_LABEL_MESSAGE)
    return faults


def check_labels(labels: Mapping[str, str]) -> None:
    """Check the labels of a project, a launch plan or an execution.

    Which of several faulty labels Admin names is left to chance; here it is the first by key.

    Raises:
        Refusal: INVALID_ARGUMENT.
    """
    if len(labels) > MAX_LABELS:
        raise invalid(f"labels map cannot exceed {MAX_LABELS} entries")
    for key in sorted(labels):
        faults = _qualified_faults(key)
        if faults:
            raise invalid(f"invalid label key [{key}]: [{' '.join(faults)}]")
        faults = _value_faults(labels[key])
        if faults:
            raise invalid(f"invalid label value [{labels[key]}]: [{' '.join(faults)}]")


def _qualified_faults(key: str) -> list[str]:
    parts = key.split("/")
    faults: list[str] = []
    if len(parts) > 2:
        return [
            f"a qualified name {_QUALIFIED_MESSAGE} with an optional DNS subdomain prefix and "
            "'/' (e.g. 'example.com/MyName')"
        ]
    if len(parts) == 2:
        if not parts[0]:
            faults.append("prefix part must be non-empty")
        else:
            faults += [f"prefix part {fault}" for fault in _subdomain_faults(parts[0])]
    name = parts[-1]
    if not name:
        faults.append("name part must be non-empty")
    elif len(name.encode()) > 63:
        faults.append("name part must be no more than 63 characters")
    if not re.fullmatch(_QUALIFIED, name):
        faults.append(f"name part {_QUALIFIED_MESSAGE}")
    return faults


def _subdomain_faults(name: str) -> list[str]:
    faults = []
    if len(name.encode()) > 253:
        faults.append("must be no more than 253 characters")
    if not re.fullmatch(_SUBDOMAIN, name):
        faults.append(_SUBDOMAIN_MESSAGE)
    return faults


def _value_faults(value: str) -> list[str]:
    faults = []
    if len(value.encode()) > 63:
        faults.append("must be no more than 63 characters")
    if not re.fullmatch(_VALUE, value):
        faults.append(_VALUE_MESSAGE)
    return faults
