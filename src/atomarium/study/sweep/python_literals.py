"""What names stand for in Python code, as far as it can be told without running any of it."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

_MOST_NUMBERS = 10_000
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}
_LOGARITHMS = {"log": math.log, "log10": math.log10, "log2": math.log2, "exp": math.exp}
#: Numbers are not raised to more, so that no code can take long to read.
_MOST_EXPONENT = 400


@dataclass(frozen=True)
class Unreadable:
    """Stands for what only running the code could tell.

    Args:
        code: As it is written.
        line: Where.
    """

    code: str
    line: int


def read_assignments(code: str) -> dict[str, Any]:
    """Return what names are given, wherever in the file, the last of each; nothing is run.

    A dict that grows later (`config["parameters"] = …`, `config.update(…)`) is followed, and a dict
    that is handed to a call without a name, as in `wandb.sweep({…})`, gets the name of the call.

    Args:
        code: Python.

    Raises:
        SyntaxError: it is not Python.
    """
    reader = _Reader()
    reader.visit(ast.parse(code))
    return reader.names


class _Reader(ast.NodeVisitor):
    def __init__(self) -> None:
        self.names: dict[str, Any] = {}

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        for target in node.targets:
            self._assign(target, self.value(node.value))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._assign(node.target, self.value(node.value))

    def visit_Expr(self, node: ast.Expr) -> None:
        call = node.value
        if not isinstance(call, ast.Call):
            return
        table = self._table(call.func.value) if isinstance(call.func, ast.Attribute) else None
        if table is not None and isinstance(call.func, ast.Attribute):
            if call.func.attr == "update" and len(call.args) <= 1:
                self._update(table, call)
            return
        self._arguments(call)

    def visit_Call(self, node: ast.Call) -> None:
        self._arguments(node)

    def _arguments(self, call: ast.Call) -> None:
        for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
            if isinstance(argument, ast.Dict):
                self.names[ast.unparse(call.func)] = self.value(argument)

    def _assign(self, target: ast.expr, value: Any) -> None:
        if isinstance(target, ast.Name):
            self.names[target.id] = value
        elif isinstance(target, ast.Subscript):
            table, key = self._table(target.value), self.value(target.slice)
            if table is not None and isinstance(key, str):
                table[key] = value

    def _update(self, table: dict[str, Any], call: ast.Call) -> None:
        more = self.value(call.args[0]) if call.args else {}
        if isinstance(more, dict):
            table.update(cast("dict[str, Any]", more))
        table.update({word.arg: self.value(word.value) for word in call.keywords if word.arg})

    def _table(self, node: ast.expr) -> dict[str, Any] | None:
        found = self.value(node)
        return cast("dict[str, Any]", found) if isinstance(found, dict) else None

    def value(self, node: ast.expr) -> Any:
        """Return what an expression stands for, or `Unreadable`."""
        try:
            return self._value(node)
        except (ArithmeticError, ValueError, TypeError, KeyError):
            return _unreadable(node)

    def _value(self, node: ast.expr) -> Any:  # noqa: PLR0911 - one for each form of expression
        match node:
            case ast.Constant(value=value) if isinstance(value, str | int | float | None):
                return value
            case ast.Name(id=name):
                return self.names.get(name, _unreadable(node))
            case ast.Dict(keys=keys, values=values):
                return self._dict(keys, values)
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                return [self.value(part) for part in parts]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -_number(self.value(operand))
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _ARITHMETIC:
                return self._calculated(type(operator), left, right)
            case ast.Subscript(value=whole, slice=key):
                table = self._table(whole)
                return _unreadable(node) if table is None else table[self.value(key)]
            case ast.Call():
                return self._call(node)
            case _:
                return _unreadable(node)

    def _dict(self, keys: list[ast.expr | None], values: list[ast.expr]) -> dict[str, Any]:
        table: dict[str, Any] = {}
        for key, one in zip(keys, values, strict=True):
            found = self.value(one)
            if key is None and isinstance(found, dict):  # {**another, …}
                table.update(cast("dict[str, Any]", found))
            elif key is not None:
                table[str(self.value(key))] = found
        return table

    def _calculated(self, operator: type[ast.operator], left: ast.expr, right: ast.expr) -> Any:
        a, b = _number(self.value(left)), _number(self.value(right))
        if operator is ast.Pow and abs(b) > _MOST_EXPONENT:
            raise ValueError(b)
        return _ARITHMETIC[operator](a, b)

    def _call(self, node: ast.Call) -> Any:
        given = [self.value(argument) for argument in node.args]
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        if name == "dict" and len(given) <= 1:
            table = dict(cast("dict[str, Any]", given[0])) if given else {}
            return table | {word.arg: self.value(word.value) for word in node.keywords if word.arg}
        if node.keywords:
            return _unreadable(node)
        if name in _LOGARITHMS and isinstance(node.func, ast.Attribute) and len(given) == 1:
            return _LOGARITHMS[name](_number(given[0]))
        if name == "range" and all(isinstance(one, int) for one in given):
            numbers = range(*given)
            return list(numbers) if len(numbers) <= _MOST_NUMBERS else _unreadable(node)
        if name in {"list", "tuple", "sorted"} and len(given) == 1 and isinstance(given[0], list):
            rows = cast("list[Any]", given[0])
            return sorted(rows) if name == "sorted" else list(rows)
        return _unreadable(node)


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(value)
    return value


def _unreadable(node: ast.expr) -> Unreadable:
    return Unreadable(ast.unparse(node)[:80], node.lineno)
