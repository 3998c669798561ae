"""A loss's formula, written once as an expression: printed, traced step by step, and evaluated in any
arithmetic.

Python's parser reads the text; this module walks the tree with a short list of nodes and functions and never
runs the text as Python. `a * b` is 0 where either factor is 0, so that 0 log 0 = 0 as the field reads it.
"""

from __future__ import annotations

import ast
import decimal
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, Protocol, TypeAlias

from losscli import decimals
from losscli.simplify import simplified

Value: TypeAlias = Any
"""A number of the arithmetic in use, a list of such numbers (a vector), or a truth value."""


class Arithmetic(Protocol):
    """Numbers that know + - * / and comparisons, and the functions that formulas call."""

    def number(self, value: float) -> Value: ...
    def log(self, value: Value) -> Value: ...
    def exp(self, value: Value) -> Value: ...
    def sqrt(self, value: Value) -> Value: ...
    def power(self, base: Value, exponent: Value) -> Value: ...
    def atan(self, value: Value) -> Value: ...
    def cos(self, value: Value) -> Value: ...
    def sin(self, value: Value) -> Value: ...
    def erf(self, value: Value) -> Value: ...
    def lgamma(self, value: Value) -> Value: ...
    def pi(self) -> Value: ...


class DecimalArithmetic:
    """Decimal numbers of a chosen precision, of any exponent; an undefined result is NaN, never an
    exception."""

    def __init__(self, digits: int) -> None:
        self.context = decimal.Context(
            prec=digits,
            Emax=decimal.MAX_EMAX,
            Emin=decimal.MIN_EMIN,
            rounding=decimal.ROUND_HALF_EVEN,
            traps=[],
        )

    def number(self, value: float) -> decimal.Decimal:
        return decimal.Decimal(value)

    def log(self, value: Value) -> Value:
        return self.context.ln(value)

    def exp(self, value: Value) -> Value:
        return self.context.exp(value)

    def sqrt(self, value: Value) -> Value:
        return self.context.sqrt(value)

    def power(self, base: Value, exponent: Value) -> Value:
        return self.context.power(base, exponent)

    def atan(self, value: Value) -> Value:
        return decimals.atan(value, self.context)

    def cos(self, value: Value) -> Value:
        return decimals.cos(value, self.context)

    def sin(self, value: Value) -> Value:
        return decimals.sin(value, self.context)

    def erf(self, value: Value) -> Value:
        return decimals.erf(value, self.context)

    def lgamma(self, value: Value) -> Value:
        return decimals.lgamma(value, self.context)

    def pi(self) -> Value:
        return decimals.pi(self.context)


Watcher: TypeAlias = Callable[[str, Value], None]

_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Value, Value], bool]] = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
    ast.Is: lambda a, b: a is b,
}
FUNCTIONS = (
    *("log", "exp", "sqrt", "abs", "max", "min", "sum", "sign", "one_hot", "atan", "cos", "sin", "erf"),
    *("lgamma", "range", "len", "sorted", "cumsum", "chain"),
)
CONSTANTS = ("pi",)


class Formula:
    """One formula: assignments of named steps, then the expression, separated by line ends or semicolons.

    >>> Formula("r = p - y; r**2 / 2").names == {"p", "y"}
    True
    """

    def __init__(self, text: str) -> None:
        self.text = text.strip()

    def __str__(self) -> str:
        return "\n".join(ast.unparse(statement) for statement in self._statements)

    @cached_property
    def _statements(self) -> tuple[ast.Assign | ast.Expr, ...]:
        body = ast.parse(self.text).body
        found: list[ast.Assign | ast.Expr] = []
        for statement in body:
            match statement:
                case ast.Assign(targets=[ast.Name()]) | ast.Expr():
                    found.append(statement)
        if found != body or not body or not isinstance(body[-1], ast.Expr):
            raise ValueError(f"a formula is steps NAME = ..., then one expression: {self.text!r}")
        return tuple(found)

    @property
    def names(self) -> set[str]:
        """The inputs and parameters that the formula uses."""
        used: set[str] = set()
        made: set[str] = set()
        for statement in self._statements:
            for node in ast.walk(statement):
                if isinstance(node, ast.Name):
                    (made if isinstance(node.ctx, ast.Store) else used).add(node.id)
        return used - made - {*FUNCTIONS, *CONSTANTS}

    def under(self, values: Mapping[str, Value]) -> Formula:
        """The same formula where these parameters have these values, as short as it then is."""
        return Formula(simplified(self.text, values))

    def evaluate(
        self, values: Mapping[str, Value], arithmetic: Arithmetic, watch: Watcher | None = None
    ) -> Value:
        """The formula's value. `values` holds floats, lists of floats, or words; `watch` is told each
        step."""
        walker = _Walker(values, arithmetic, watch)
        result: Value = None
        for statement in self._statements:
            result = walker.visit(statement.value)
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                walker.scope[statement.targets[0].id] = result
                walker.tell(f"{statement.targets[0].id} = {_written(statement.value)}", result)
        return result


@lru_cache(maxsize=4096)
def _written(node: ast.expr) -> str:
    """A node as text, which takes longer to write than the node to compute."""
    return ast.unparse(node)


class _Walker:
    """Evaluates one tree. Vectors are lists; an operation between a vector and a number goes element by
    element."""

    def __init__(self, values: Mapping[str, Value], arithmetic: Arithmetic, watch: Watcher | None) -> None:
        self.arithmetic = arithmetic
        self.scope = {name: self._convert(value) for name, value in values.items()}
        self.watch = watch
        self._operations: dict[str, Callable[[Value, Value], Value]] = {
            "+": operator.add,
            "-": operator.sub,
            "*": lambda a, b: arithmetic.number(0.0) if a == 0 or b == 0 else a * b,
            "/": operator.truediv,
            "**": arithmetic.power,
        }

    def _convert(self, value: Value) -> Value:
        if isinstance(value, str) or value is None:
            return value
        if isinstance(value, Sequence):
            return [self._convert(item) for item in value]
        return self.arithmetic.number(float(value))

    def tell(self, text: str, value: Value) -> None:
        if self.watch is not None:
            self.watch(text, value)

    def visit(self, node: ast.expr) -> Value:
        """The value of an expression; every operation on the way is told to the watcher."""
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return self.arithmetic.number(float(number))
            case ast.Constant(value=None):
                return None  # `threshold is None`: an optional parameter that was not given
            case ast.Name(id=name):
                return self.arithmetic.pi() if name == "pi" and name not in self.scope else self.scope[name]
            case ast.GeneratorExp(elt=body, generators=loops) | ast.ListComp(elt=body, generators=loops):
                return self._repeat(body, loops)
            case ast.IfExp() | ast.BoolOp() | ast.Compare():
                return self._decide(node)
        result = self._operate(node)
        signed = isinstance(node, ast.UnaryOp) and isinstance(node.operand, (ast.Name, ast.Constant))
        if self.watch is not None and not signed:
            self.watch(_written(node), result)
        return result

    def _repeat(self, body: ast.expr, loops: list[ast.comprehension]) -> list[Value]:
        """The values of `body for name in vector if condition`, loop within loop; its steps are not told."""
        if not loops:
            return [self.visit(body)]
        loop, found = loops[0], []
        if not isinstance(loop.target, ast.Name):
            raise ValueError(f"not allowed in a formula: {ast.unparse(loop)}")
        watch, self.watch = self.watch, None
        kept, items = dict(self.scope), self.visit(loop.iter)
        if not isinstance(items, list):
            raise ValueError(f"not allowed in a formula: {ast.unparse(loop)}, of one number")
        for item in items:
            self.scope[loop.target.id] = item
            if all(self.visit(condition) for condition in loop.ifs):
                found += self._repeat(body, loops[1:])
        self.scope, self.watch = kept, watch
        return found

    def _decide(self, node: ast.expr) -> Value:
        match node:
            case ast.IfExp(test=test, body=body, orelse=other):
                holds = self.visit(test)
                if self.watch is not None:
                    self.watch(_written(test), holds)
                return self.visit(body if holds else other)
            case ast.BoolOp(op=op, values=values):
                return (all if isinstance(op, ast.And) else any)(self.visit(value) for value in values)
            case ast.Compare(left=left, ops=ops, comparators=others):
                return self._compare(left, ops, others)
        raise AssertionError(node)

    def _operate(self, node: ast.expr) -> Value:
        match node:
            case ast.Subscript(value=vector, slice=index):
                return self.visit(vector)[int(self.visit(index))]
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return not self.visit(operand)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._each(lambda a: -a, self.visit(operand))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                return self._binary(_OPERATORS[type(op)], self.visit(left), self.visit(right))
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
                return self._call(name, [self.visit(argument) for argument in arguments])
        raise ValueError(f"not allowed in a formula: {ast.unparse(node)}")

    def _compare(self, left: ast.expr, ops: list[ast.cmpop], others: list[ast.expr]) -> bool:
        value = self.visit(left)
        for op, other in zip(ops, others, strict=True):
            if type(op) not in _COMPARISONS:
                raise ValueError(f"not allowed in a formula: {type(op).__name__}")
            word = isinstance(other, ast.Constant) and isinstance(other.value, str)  # `full == 'yes'`
            following = other.value if isinstance(other, ast.Constant) and word else self.visit(other)
            if not _COMPARISONS[type(op)](value, following):
                return False
            value = following
        return True

    def _each(self, function: Callable[..., Value], *values: Value) -> Value:
        sizes = {len(value) for value in values if isinstance(value, list)}
        if not sizes:
            return function(*values)
        (size,) = sizes
        columns = [value if isinstance(value, list) else [value] * size for value in values]
        return [self._each(function, *items) for items in zip(*columns, strict=True)]

    def _binary(self, sign: str, left: Value, right: Value) -> Value:
        function = self._operations[sign]
        if isinstance(left, list) or isinstance(right, list):
            return self._each(function, left, right)
        return function(left, right)

    def _call_of_vector(self, name: str, first: Value, arguments: list[Value]) -> Value:
        number = self.arithmetic.number
        if name == "range":
            start, stop = (0, first) if len(arguments) == 1 else arguments
            return [number(float(place)) for place in range(int(start), int(stop))]
        if name == "len":
            return number(float(len(first)))
        if name == "sorted":
            return sorted(first)
        total, sums = number(0.0), []
        for item in first:
            total = total + item
            sums.append(total)
        return total if name == "sum" else sums

    def _call(self, name: str, arguments: list[Value]) -> Value:
        first = arguments[0]
        if name in ("sum", "cumsum", "sorted", "len", "range"):
            return self._call_of_vector(name, first, arguments)
        if name == "chain":  # the row vector times one matrix after the other
            for matrix in arguments[1]:
                columns = [list(column) for column in zip(*matrix, strict=True)]
                terms = [self._binary("*", first, column) for column in columns]
                first = [self._call_of_vector("sum", column, []) for column in terms]
            return first
        if name == "one_hot":  # as many places as the second argument has, and a 1 at the first one's
            own = int(first)
            return [self.arithmetic.number(float(place == own)) for place in range(len(arguments[1]))]
        if name in ("max", "min"):
            items = first if isinstance(first, list) else arguments
            return max(items) if name == "max" else min(items)
        if name == "log" and len(arguments) == 2 and arguments[1] != "e":
            base = self.arithmetic.log(self.arithmetic.number(float(arguments[1])))
            return self._each(lambda a: self.arithmetic.log(a) / base, first)
        if name == "abs":
            return self._each(abs, first)
        return self._each(self._sign if name == "sign" else getattr(self.arithmetic, name), first)

    def _sign(self, value: Value) -> Value:
        one = self.arithmetic.number(1.0)
        return one if value > 0 else -one if value < 0 else value * 0
