"""Named tuples that cost a start less.

`typing.NamedTuple` compiles every annotation and builds every class from source text: a quarter of a
millisecond each, and a hundred classes are made before the first row is read. These are told apart neither by
a type checker nor by who uses them.
"""

from __future__ import annotations

from collections import _tuplegetter  # type: ignore[attr-defined]
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:

    class _Named(type):
        """Makes the annotated names of a class the fields of its tuples, values their defaults."""

        def __new__(meta, name: str, bases: tuple[type, ...], space: dict[str, Any]) -> type:
            if any(isinstance(base, _Named) and base._fields for base in bases):
                return super().__new__(meta, name, bases, space)  # a child of a record has no further fields
            space.setdefault("__slots__", ())
            fields = tuple(space.get("__annotations__", ()))
            if bases != (tuple,):
                space["_field_defaults"] = {field: space[field] for field in fields if field in space}
                for place, field in enumerate(fields):
                    space[field] = _tuplegetter(place, f"Field number {place}")
                space["_fields"] = space["__match_args__"] = fields
            return super().__new__(meta, name, bases, space)

    class NamedTuple(tuple, metaclass=_Named):
        """What `typing.NamedTuple` is, made faster."""

        _fields = ()
        _field_defaults: Mapping[str, Any] = {}

        def __new__(cls, *values: Any, **named: Any) -> NamedTuple:
            """The tuple of these values, and of the defaults of fields without one. TypeError: a field has
            none or two, or there is no such field."""
            if named or len(values) != len(cls._fields):
                values = cls._filled(values, named)
            return tuple.__new__(cls, values)

        @classmethod
        def _filled(cls, values: tuple[Any, ...], named: dict[str, Any]) -> list[Any]:
            fields, defaults = cls._fields, cls._field_defaults
            if len(values) > len(fields):
                raise TypeError(f"{cls.__name__} has {len(fields)} fields, not {len(values)}")
            found = list(values)
            for field in fields[len(values) :]:
                if field in named:
                    found.append(named.pop(field))
                elif field in defaults:
                    found.append(defaults[field])
                else:
                    raise TypeError(f"{cls.__name__} needs the field {field!r}")
            if named:
                raise TypeError(f"{cls.__name__} takes no (or no second) field {next(iter(named))!r}")
            return found

        @classmethod
        def _make(cls, values: Any) -> NamedTuple:
            return cls(*values)

        def _replace(self, /, **named: Any) -> NamedTuple:
            found = [named.pop(field, value) for field, value in zip(self._fields, self, strict=True)]
            if named:
                raise TypeError(f"{type(self).__name__} has no field {next(iter(named))!r}")
            return tuple.__new__(type(self), found)

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self) -> str:
            told = zip(self._fields, self, strict=True)
            return f"{type(self).__name__}({', '.join(f'{field}={value!r}' for field, value in told)})"

        def __getnewargs__(self) -> tuple[Any, ...]:
            return tuple(self)
