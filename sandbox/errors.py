"""What the Bot API says when it says no: one exception carrying Telegram's code, words and parameters."""

from typing import Any


class ApiError(Exception):
    """A request is answered with ok=false."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def as_json(self) -> dict[str, Any]:
        """Return the body of the HTTP answer."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(what: str, **parameters: int) -> ApiError:
    """Return a 400 in Telegram's words."""
    return ApiError(400, f"Bad Request: {what}", **parameters)


def forbidden(what: str) -> ApiError:
    """Return a 403 in Telegram's words."""
    return ApiError(403, f"Forbidden: {what}")


def conflict(what: str) -> ApiError:
    """Return a 409 in Telegram's words."""
    return ApiError(409, f"Conflict: {what}")


def too_many(seconds: int) -> ApiError:
    """Return a 429 that names the seconds to wait."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
