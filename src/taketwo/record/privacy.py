"""Takes out of a recording what must not leave the machine: places, and values that go by names of secrets.

What was pickled stays as it is, because a replay makes its calls with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from taketwo.formats.places import Places
from taketwo.record import events
from taketwo.record.recording import Recording
from taketwo.record.secrets import MASK, is_secret, is_secret_value, mask_text

_Named = TypeVar("_Named", events.Given, events.LoggedParameter)


def public(recording: Recording, places: Places) -> Recording:
    """``recording`` with its arguments, logged values, tags, results and errors fit for a manifest.

    ``places`` are those that the program saw. Results keep values of any name: they are what is compared.
    """
    return msgspec.structs.replace(
        recording,
        calls=tuple(
            msgspec.structs.replace(
                call,
                parameters=tuple(_given(each, places) for each in call.parameters),
                options=_options(call.options, places),
            )
            for call in recording.calls
        ),
        returns=tuple(
            msgspec.structs.replace(
                end, error=public_text(end.error, places), result=_returned(end.result, places)
            )
            for end in recording.returns
        ),
        parameters=tuple(_given(each, places) for each in recording.parameters),
        tags=tuple(
            msgspec.structs.replace(tag, value=public_value(tag.value, places, name=tag.name))
            for tag in recording.tags
        ),
    )


def public_value(value: Any, places: Places, *, name: str = "") -> Any:
    """A JSON value without places of this machine and, going by its name and its keys, without secrets."""
    if isinstance(value, str):
        if is_secret_value(name, value):
            return MASK
        return mask_text(places.tokenise(value))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return MASK if is_secret_value(name, str(value)) else value
    if isinstance(value, (list, tuple)):
        return [public_value(each, places, name=name) for each in value]
    if isinstance(value, dict):
        # Whatever is in {"auth": {…}} is a secret, a key may call it as it likes.
        inner = name if is_secret(name) else ""
        return {
            places.tokenise(str(key)): public_value(each, places, name=inner or str(key))
            for key, each in value.items()
        }
    return value


def public_text(text: str | None, places: Places) -> str | None:
    """A sentence of the program, ``None`` where there is none."""
    return None if text is None else mask_text(places.tokenise(text))


def public_tags(tags: Mapping[str, str], places: Places) -> dict[str, str]:
    """Tags that were given from outside the program."""
    return {name: public_value(value, places, name=name) for name, value in tags.items()}


def _given(given: _Named, places: Places) -> _Named:
    if given.stored is not None:
        return msgspec.structs.replace(given, stored=_stored(given.stored, places, given.name))
    return msgspec.structs.replace(given, value=public_value(given.value, places, name=given.name))


def _stored(stored: events.Stored, places: Places, name: str = "") -> events.Stored:
    text = MASK if is_secret(name) else mask_text(places.tokenise(stored.text))
    return msgspec.structs.replace(stored, text=text)


def _returned(result: events.Returned | None, places: Places) -> events.Returned | None:
    if result is None:
        return None
    if result.stored is not None:
        return msgspec.structs.replace(result, stored=_stored(result.stored, places))
    return msgspec.structs.replace(result, value=_without_places(result.value, places))


def _without_places(value: Any, places: Places) -> Any:
    if isinstance(value, str):
        return places.tokenise(value)
    if isinstance(value, (list, tuple)):
        return [_without_places(each, places) for each in value]
    if isinstance(value, dict):
        return {places.tokenise(str(key)): _without_places(each, places) for key, each in value.items()}
    return value


def _options(options: dict[str, Any], places: Places) -> dict[str, Any]:
    tags = options.get("tags")
    return {**options, "tags": public_value(tags, places)} if isinstance(tags, dict) else options
