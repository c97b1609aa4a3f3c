"""Which e-mail addresses are accepted, and which must never be written to for real?"""

import re

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_LONGEST = 254
_LONGEST_LOCAL = 64
# RFC 2606 and RFC 6761: these domains belong to nobody
_RESERVED_ENDS = ("example", "test", "invalid")
_RESERVED_DOMAINS = ("example.com", "example.net", "example.org")


def is_address(address: str) -> bool:
    """Whether this is one plain ASCII addr-spec: no quoting, no comments, no list, no header trick."""
    local, at, domain = address.rpartition("@")
    labels = domain.split(".")
    return (
        bool(at)
        and len(address) <= _LONGEST
        and len(local) <= _LONGEST_LOCAL
        and "=?" not in local
        and _LOCAL.fullmatch(local) is not None
        and len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
    )


def is_reserved(address: str) -> bool:
    """Whether the address lies in a domain reserved for examples and tests; never to be sent to."""
    domain = address.rpartition("@")[2].lower().rstrip(".")
    return domain.rpartition(".")[2] in _RESERVED_ENDS or any(
        domain == reserved or domain.endswith(f".{reserved}") for reserved in _RESERVED_DOMAINS
    )
