"""Dataclasses of `model` as plain values for JSON, and back."""

import dataclasses
import datetime
import types
import typing
from decimal import Decimal
from functools import lru_cache

from . import model


def dump(item):
    """What a dataclass says, as dicts, lists and texts; what it is silent of is left
    out.

    :rtype: dict
    """
    return {
        field.name: _dump(value)
        for field in dataclasses.fields(item)
        if (value := getattr(item, field.name)) is not None
    }


def load(name, content):
    """The dataclass `name` of `model` that was dumped as `content`.

    :param str name: of the class
    :param dict content:
    """
    return _load_class(getattr(model, name), content)


def _dump(value):
    if dataclasses.is_dataclass(value):
        return dump(value)
    if isinstance(value, dict):
        return {key: _dump(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_dump(one) for one in value]
    if isinstance(value, (Decimal, datetime.date, datetime.time)):
        return str(value)
    return value


@lru_cache
def _hints(cls):
    return typing.get_type_hints(cls, vars(model))


def _load_class(cls, content):
    hints = _hints(cls)
    return cls(**{name: _load(hints[name], one) for name, one in content.items()})


def _load(hint, value):
    origin, words = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return _load(words[0], value)
    if origin is dict:
        return {key: _load(words[1], one) for key, one in value.items()}
    if origin is list:
        return [_load(words[0], one) for one in value]
    if origin is tuple and words[1:] == (...,):
        return tuple(_load(words[0], one) for one in value)
    if origin is tuple:
        return tuple(map(_load, words, value))
    if dataclasses.is_dataclass(hint):
        return _load_class(hint, value)
    if hint is Decimal:
        return Decimal(value)
    if hint in (datetime.date, datetime.time, datetime.datetime):
        return hint.fromisoformat(value)
    return value
