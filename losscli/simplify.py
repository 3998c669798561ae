"""A formula under known parameters: branches that they decide are taken, factors of 1 and terms of 0 left
out."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

_TESTS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Is: operator.is_,
}
_UNKNOWN = object()


def simplified(text: str, values: Mapping[str, Any]) -> str:
    """The text of a formula as it reads where these parameters have these values.

    >>> simplified("t = y if s == 0 else y * (1 - s); w * t + c", {"s": 0.0, "w": 1.0, "c": 0.0})
    'y'
    >>> simplified("0 if y == ignored else y + s / n", {"ignored": None, "s": 0.0})
    'y'
    """
    folder = _Folder(values)
    found: list[str] = []
    for statement in ast.parse(text).body:
        changed = folder.visit(statement)
        if isinstance(changed, ast.Assign) and isinstance(changed.targets[0], ast.Name):
            if isinstance(changed.value, (ast.Name, ast.Constant)):
                folder.renamed[changed.targets[0].id] = changed.value
                continue
            folder.renamed.pop(changed.targets[0].id, None)
        found.append(ast.unparse(changed))
    return "\n".join(found)


class _Folder(ast.NodeTransformer):
    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values
        self.renamed: dict[str, ast.expr] = {}

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.renamed.get(node.id, node) if isinstance(node.ctx, ast.Load) else node

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        decided = self._decided(node.test)
        if decided is not _UNKNOWN:
            return self.visit(node.body if decided else node.orelse)
        return self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        self.generic_visit(node)
        left, right = self._value(node.left), self._value(node.right)
        match node.op:
            case ast.Mult() | ast.Div() if left == 0:
                return node.left
            case ast.Mult() if right == 0:
                return node.right
            case ast.Mult() if left == 1:
                return node.right
            case ast.Mult() | ast.Div() | ast.Pow() if right == 1:
                return node.left
            case ast.Add() if left == 0:
                return node.right
            case ast.Add() | ast.Sub() if right == 0:
                return node.left
        return node

    def _value(self, node: ast.expr) -> Any:
        """What a parameter or a constant is; unknown for everything else."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name) and node.id in self.values:
            return self.values[node.id]
        return _UNKNOWN

    def _decided(self, node: ast.expr) -> Any:
        """Whether a test holds, where parameters alone decide it."""
        match node:
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _TESTS:
                one, other = self._value(left), self._value(right)
                if isinstance(op, ast.Eq) and None in (one, other) and _UNKNOWN in (one, other):
                    return False  # what is not known here is a number
                if one is _UNKNOWN or other is _UNKNOWN:
                    return _UNKNOWN
                return _TESTS[type(op)](one, other)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                found = self._decided(operand)
                return found if found is _UNKNOWN else not found
            case ast.BoolOp(op=op, values=values):
                found = [self._decided(value) for value in values]
                end = isinstance(op, ast.Or)
                if any(one is end for one in found):
                    return end
                return (not end) if all(one is (not end) for one in found) else _UNKNOWN
        return _UNKNOWN
