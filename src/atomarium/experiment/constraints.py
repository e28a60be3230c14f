"""Conditions that settings must satisfy, as in `batch_size * 10 <= 320`: arithmetic, no code."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from atomarium.core.errors import InputError, did_you_mean

_LONGEST = 1000


def _divide(one: Any, other: Any) -> Any:
    return one / other


def _divide_whole(one: Any, other: Any) -> Any:
    return one // other


_ARITHMETIC: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: _divide,
    ast.FloorDiv: _divide_whole,
    ast.Mod: operator.mod,
    # As floats: powers of whole numbers could fill the memory.
    ast.Pow: math.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
_COMPARISONS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "min": min,
    "max": max,
    "round": round,
    "ceil": math.ceil,
    "floor": math.floor,
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    "log2": math.log2,
    "log10": math.log10,
}


@dataclass(frozen=True)
class Constraint:
    """A condition on settings.

    Args:
        text: As it was written.
    """

    text: str
    _tree: ast.expr = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.text) > _LONGEST:
            raise InputError(f"a constraint has {_LONGEST:,} characters at most")
        try:
            tree = ast.parse(self.text.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            reason = getattr(error, "msg", str(error))
            raise InputError(f"constraint {self.text!r} cannot be read: {reason}") from None
        _check(tree, self.text)
        object.__setattr__(self, "_tree", tree)

    @property
    def names(self) -> tuple[str, ...]:
        """Settings that it speaks of."""
        return tuple(dict.fromkeys(_names(self._tree)))

    def holds(self, settings: Mapping[str, Any]) -> bool:
        """Tell whether settings satisfy it; what is said of settings that are absent is satisfied.

        Raises:
            InputError: it cannot be worked out, as in a division by zero or of words.
        """
        if any(name not in settings for name in self.names):
            return True
        try:
            return bool(_value(self._tree, settings))
        except (ArithmeticError, TypeError, ValueError) as error:
            given = ", ".join(f"{name} = {settings[name]!r}" for name in self.names)
            reason = f"constraint {self.text!r} cannot be worked out with {given}: {error}"
            raise InputError(reason) from None


def check_names(constraint: Constraint, known: set[str]) -> None:
    """Do nothing when all settings that a constraint speaks of exist.

    Raises:
        InputError: one does not.
    """
    for name in constraint.names:
        if name not in known:
            hint = did_you_mean(name, known)
            raise InputError(f"constraint {constraint.text!r}: no setting {name!r}{hint}")


def _check(node: ast.AST, text: str) -> None:
    """Refuse everything that is not on the list."""
    parts = _parts(node)
    if parts is None:
        raise InputError(_refusal(node, text))
    for part in parts:
        _check(part, text)


def _parts(node: ast.AST) -> list[ast.AST] | None:
    """Return what a part of a constraint is made of, or None where it is not allowed."""
    match node:
        case ast.Constant(value=bool() | int() | float() | str()) | ast.Name():
            return []
        case ast.Attribute(value=ast.Name() | ast.Attribute() as inner):
            return [inner]
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return [*arguments] if name in _FUNCTIONS else None
        case ast.BinOp() | ast.UnaryOp() | ast.BoolOp() | ast.Compare():
            return [*ast.iter_child_nodes(node)]
        case _:
            listed = {*_ARITHMETIC, *_COMPARISONS, ast.And, ast.Or, ast.Not}
            return [] if type(node) in listed else None


def _refusal(node: ast.AST, text: str) -> str:
    functions = ", ".join(_FUNCTIONS)
    allowed = f"numbers, names of settings, + - * / // % **, comparisons, and, or, not, {functions}"
    given = ast.unparse(node) if isinstance(node, ast.expr) else type(node).__name__
    return f"constraint {text!r}: {given!r} is not allowed; allowed are {allowed}"


def _dotted(node: ast.AST) -> str:
    """Return a name of several parts, as in `training.batch_size`."""
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    assert isinstance(node, ast.Name)
    return node.id


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Name | ast.Attribute):
        return [_dotted(node)]
    parts = node.args if isinstance(node, ast.Call) else list(ast.iter_child_nodes(node))
    return [name for part in parts for name in _names(part)]


def _value(node: ast.expr, settings: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=found):
            return found
        case ast.Name() | ast.Attribute():
            return settings[_dotted(node)]
        case ast.BoolOp(op=op, values=values):
            combined = all if isinstance(op, ast.And) else any
            return combined(_value(one, settings) for one in values)
        case ast.Compare(left=left, ops=ops, comparators=others):
            terms = [_value(one, settings) for one in (left, *others)]
            pairs = zip(pairwise(terms), ops, strict=True)
            return all(_COMPARISONS[type(op)](*pair) for pair, op in pairs)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _value(operand, settings)
        case _:
            return _worked_out(node, settings)


def _worked_out(node: ast.expr, settings: Mapping[str, Any]) -> Any:
    """Return the number that arithmetic gives; words would be repeated and filled in."""

    def numbers(*parts: ast.expr) -> list[Any]:
        found = [_value(part, settings) for part in parts]
        for one in found:
            if not isinstance(one, int | float):
                raise TypeError(f"{one!r} is not a number")
        return found

    match node:
        case ast.BinOp(left=left, op=op, right=right):
            return _ARITHMETIC[type(op)](*numbers(left, right))
        case ast.UnaryOp(op=op, operand=operand):
            return _ARITHMETIC[type(op)](*numbers(operand))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _FUNCTIONS[name](*numbers(*arguments))
        case _:
            raise AssertionError(ast.dump(node))
