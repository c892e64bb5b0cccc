"""Chat models: opening one by name, and what their errors mean to a user. No key is ever repeated."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from graphmem.errors import GraphMemError, InputError, MissingExtra

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_FAILURES: Final[Mapping[str, tuple[str, ...]]] = {
    "langchain_core.exceptions": ("LangChainException",),
    "langchain_google_genai.chat_models": ("ChatGoogleGenerativeAIError",),
    "openai": ("OpenAIError",),
    "anthropic": ("AnthropicError",),
    "groq": ("GroqError",),
    "ollama": ("RequestError", "ResponseError"),
    "google.genai.errors": ("APIError",),
    "google.api_core.exceptions": ("GoogleAPIError",),
    "google.auth.exceptions": ("GoogleAuthError",),
    "botocore.exceptions": ("BotoCoreError", "ClientError"),
    "cohere.core.api_error": ("ApiError",),
    "huggingface_hub.errors": ("HfHubHTTPError",),
    "httpx": ("HTTPError",),
    "requests": ("RequestException",),
    "aiohttp": ("ClientError",),
}
"""The root of the errors of each package that speaks to a provider."""
_SECRET_NAME: Final = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL", re.IGNORECASE)
_SECRET: Final = re.compile(r"\b(?:sk|pk|rk|gsk|xai|hf|key|AIza|Bearer\s)[-_A-Za-z0-9*.]{8,}", re.IGNORECASE)
_SHORTEST_SECRET: Final = 6
_LONGEST_REASON: Final = 300
_REFUSED: Final = frozenset({401, 403})
_PASSING: Final = frozenset({408, 409, 425, 429})
_ONE_PROMPT: Final = frozenset({400, 413, 422})


class ModelError(GraphMemError):
    """A chat model that refuses the user, does not exist, or cannot be reached."""


def failures() -> tuple[type[Exception], ...]:
    """The errors by which the packages that are loaded tell that a call failed, with those of the network."""
    found: list[type[Exception]] = [ConnectionError, TimeoutError]
    for module, names in _FAILURES.items():
        for name in names:
            error = getattr(sys.modules.get(module), name, None)
            if isinstance(error, type) and issubclass(error, Exception):
                found.append(error)
    return tuple(found)


def status(error: Exception) -> int | None:
    """The HTTP status that an error tells, wherever its package puts it; None if it tells none."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        response = response.get("ResponseMetadata", {})
        return _int(response.get("HTTPStatusCode"))
    for holder in (error, response):
        for name in ("status_code", "status", "code"):
            if (found := _int(getattr(holder, name, None))) is not None:
                return found
    return None


def _int(value: object) -> int | None:
    return value if isinstance(value, int) and 100 <= value <= 599 else None


def is_passing(error: Exception) -> bool:
    """Whether the same call may succeed a little later: too many calls, a fault of the server, no network."""
    retryable = getattr(error, "is_retryable", None)
    code = status(error)
    if isinstance(retryable, bool) and retryable:
        return True
    if code is not None:
        return code in _PASSING or code >= 500
    # An error of LangChain's own says by its class that it will not pass.
    return retryable is None


def is_of_the_prompt(error: Exception) -> bool:
    """Whether it is this prompt that the model does not take: too long, or against its rules."""
    return status(error) in _ONE_PROMPT or type(error).__name__.endswith(
        ("ContextOverflowError", "InvalidRequestError")
    )


def is_too_long(error: Exception) -> bool:
    """Whether the prompt is too long for the model, by all that the error tells."""
    return type(error).__name__.endswith("ContextOverflowError") or status(error) == 413


def _secrets(model: BaseChatModel | None) -> Iterator[str]:
    for name, value in os.environ.items():
        if _SECRET_NAME.search(name):
            yield value
    if model is not None:
        yield from _own_secrets(model)


def _own_secrets(model: BaseChatModel) -> Iterator[str]:
    for value in vars(model).values():
        reveal = getattr(value, "get_secret_value", None)
        if callable(reveal) and isinstance(secret := reveal(), str):
            yield secret


def reason(error: Exception, model: BaseChatModel | None = None) -> str:
    """What an error says, in a line without keys."""
    # A validation error would show all values, keys among them.
    told = error.errors(include_input=False) if isinstance(error, ValidationError) else None
    text = " ".join((str(error) if told is None else "; ".join(one["msg"] for one in told)).split())
    for secret in sorted(set(_secrets(model)), key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "***")
    text = _SECRET.sub("***", text)
    text = text if len(text) <= _LONGEST_REASON else text[:_LONGEST_REASON] + " …"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def model_error(name: str, error: Exception, tries: int, model: BaseChatModel | None = None) -> ModelError:
    """What a failed call means and what to do."""
    code = status(error)
    if code in _REFUSED:
        # What a provider says here may repeat a part of the key.
        return ModelError(f"{name}: the provider refuses the key (HTTP {code}): set the one that it gave you")
    if code == 404:
        return ModelError(
            f"{name}: there is no such model, or the key may not use it: {reason(error, model)}"
        )
    if is_passing(error):
        return ModelError(
            f"{name}: no answer after {tries} tries: {reason(error, model)}:"
            " run again later, what was done is kept"
        )
    return ModelError(f"{name}: {reason(error, model)}")


def chat_model(name: str, **options: Any) -> BaseChatModel:
    """The chat model of a name, as "openai:gpt-4o-mini" or "ollama:llama3.1".

    Args:
        name: the provider, a colon, and what the provider calls the model.
        options: those of the provider's class, such as ``temperature`` and ``base_url``.

    Raises:
        MissingExtra: LangChain is not installed.
        InputError: no such provider, its package is not installed, or its key is not set.
    """
    try:
        from langchain.chat_models import init_chat_model
    except ImportError as error:
        raise MissingExtra("a language model", "llm") from error
    provider, _, model = name.partition(":")
    if not provider or not model:
        raise InputError(f"{name!r} names no model: write provider:model, as openai:gpt-4o-mini")
    try:
        opened: BaseChatModel = init_chat_model(model, model_provider=provider, **options)
    except ImportError as error:
        package = re.search(r"pip install (?:-\w+ )*(\w[-\w]*)", str(error))
        install = package.group(1) if package else f"langchain-{provider}"
        raise InputError(f"{name}: the package of this provider is missing: pip install {install}") from error
    except ValueError as error:
        raise _unopened(name, reason(error)) from None
    except failures() as error:  # asked only now, when the provider's package is loaded
        raise _unopened(name, reason(error)) from None
    if "" in _own_secrets(opened):
        # Its calls would fail as if there were no network.
        raise _unopened(name, "no key is set")
    return opened


def model_name(model: BaseChatModel) -> str:
    """What a model calls itself."""
    for field in ("model_name", "model", "model_id", "deployment_name"):
        if isinstance(name := getattr(model, field, None), str) and name:
            return name
    return model._llm_type


def _unopened(name: str, why: str) -> InputError:
    hint = "; a key is read from the environment (OPENAI_API_KEY, ANTHROPIC_API_KEY …)"
    return InputError(f"{name}: cannot be opened: {why}{hint if 'key' in why else ''}")
