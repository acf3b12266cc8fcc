"""Addresses that people and buttons carry: those that could lead somewhere, and those of Telegram itself."""

from urllib.parse import parse_qs, urlsplit

OF_PERSON = "tg://user?id="


def leads_somewhere(url: str) -> bool:
    """Whether a link has an address that could exist; http:// may be left out."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
    except ValueError:
        return False
    if parts.scheme == "tg":
        return True
    return parts.scheme in {"http", "https"} and ("." in parts.netloc or parts.hostname == "localhost")


def person_in(url: str) -> int | None:
    """Return the id of the person a tg://user link names, if it is one."""
    number = url.removeprefix(OF_PERSON)
    return int(number) if url.startswith(OF_PERSON) and number.isdecimal() else None


def bot_in(url: str) -> tuple[str, dict[str, str]]:
    """Return a bot link's username and parameters; raises ValueError for what is no Telegram link."""
    parts = urlsplit(url)
    query = {key: values[0] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
    if parts.scheme == "tg":
        return query.pop("domain", ""), query
    if parts.netloc not in {"t.me", "telegram.me"}:
        raise ValueError(f"{url} is no Telegram link")
    return parts.path.strip("/").partition("/")[0], query
