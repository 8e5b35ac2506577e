"""Tests of another tool as ours: public ones are plain pytest, hidden ones ask the student's code in its sandbox."""

from __future__ import annotations

import ast
import builtins
import json
import textwrap
from dataclasses import dataclass

from autograder.bridges.conversion.body import Body, Unconvertible, body_of, edited
from autograder.bridges.conversion.case import Case
from autograder.bridges.conversion.names import Names, free_names, is_checked, module_of

VALUE = "value"
"""The function of the scaffold that tells a variable of the student's."""
SCAFFOLD = '''"""Given code: what the tests ask of variables."""


def value(answer):
    """The answer as it is."""
    return answer
'''
_ARRAYS = '''
def arrays(value):
    """What was returned, with arrays as NumPy has them."""
    if isinstance(value, torch.Tensor):
        return value.numpy()
    if isinstance(value, (tuple, list)):
        return type(value)(map(arrays, value))
    return {key: arrays(one) for key, one in value.items()} if isinstance(value, dict) else value


def asked(target):
    """A function of the student's that returns NumPy's arrays."""
    return lambda *args, **kwargs: arrays(target(*args, **kwargs))
'''
_CONSTANTS = {"pi", "e", "inf", "nan", "tau", "newaxis", "float32", "float64", "int32", "int64", "bool_", "bool"}
_OWN = {"impl", "asked", "arrays", "require", "criterion"}
"""Names of the test file's own."""
NOT_HELD = "A test of this question does not hold."


@dataclass(frozen=True)
class Converted:
    """One test function and the imports that it needs."""

    text: str
    imports: tuple[str, ...]
    values: bool = False
    """It asks for variables: the scaffold must tell them."""
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Asker:
    """Turns cases into tests of one assignment."""

    names: Names
    numpy: bool
    """Whether the student's functions work on NumPy's arrays."""

    def public(self, case: Case, name: str, title: str) -> Converted:
        """A test that runs beside the student's code, `impl`. Raises Unconvertible."""
        body = body_of(case)
        asked, imports = self._taken(body)
        lines = [f"{one} = impl.{one}" for one in sorted(asked)]
        return Converted(_function(name, body.title or title, lines, body.text), tuple(sorted(imports)))

    def hidden(self, case: Case, name: str, title: str, criterion: str) -> Converted:
        """A test that asks the student's code in its sandbox. Raises Unconvertible."""
        body = body_of(case)
        asked, imports = self._taken(body)
        made = asked & set(self.names.constants)
        imports |= {self.names.imports[name] for one in made for name in _modules(self.names.constants[one], self.names)}
        _crosses(body, asked & self.names.callables, asked & self.names.classes, set(self.names.imports))
        for statement in sorted(imports | _imports(body)):
            if not is_checked(statement):
                raise Unconvertible(f"it needs {module_of(statement)}, which hidden tests may not import.")
        lines = [self._asked(one) for one in sorted(asked)]
        text, notes = _required(body.text, case.message)
        if "seed(" in text:
            fact = "it seeds chance in its own process, and the student's code runs in another."
            notes = (*notes, (fact, "Where the answer draws numbers, hand it a generator."))
        function = _function(name, body.title or title, lines, text)
        notes = (*notes, *(self._given(name) for name in sorted((asked - made) & self.names.given)))
        values = bool((asked - made) & (self.names.values - self.names.callables))
        return Converted(f'@criterion("{criterion}")\n{function}', tuple(sorted(imports)), values, notes)

    def _given(self, name: str) -> tuple[str, str]:
        fact = f"it takes {name}, given code, from the student's notebook, where a student can change it."
        return fact, "Make the value in the test."

    def _asked(self, name: str) -> str:
        if name in self.names.constants:
            return self.names.constants[name]
        if name in self.names.callables:
            wraps = self.numpy and name not in self.names.classes
            return f"{name} = asked(impl.{name})" if wraps else f"{name} = impl.{name}"
        value = f"impl.scaffold.{VALUE}(impl.{name})"
        return f"{name} = arrays({value})" if self.numpy else f"{name} = {value}"

    def _taken(self, body: Body) -> tuple[set[str], set[str]]:
        """The student's names, and imports, that a body takes from outside."""
        function = f"def test({', '.join(body.arguments)}):\n{textwrap.indent(body.text or 'pass', '    ')}"
        wanted = (free_names(function) | set(body.arguments)) - set(dir(builtins))
        asked = {name for name in wanted if name in self.names.all}
        imports = {self.names.imports[name] for name in wanted - asked if name in self.names.imports}
        if asked & _OWN:
            raise Unconvertible(f"it uses {', '.join(sorted(asked & _OWN))}, a name that tests here use themselves.")
        unknown = sorted(name for name in wanted - asked if name not in self.names.imports)
        if unknown:
            raise Unconvertible(f"it uses {', '.join(unknown)}, which no graded cell defines or imports.")
        return asked, imports

    def file(self, docstring: str, tests: list[Converted], *, hidden: bool) -> bytes:
        """A test file."""
        imports = sorted({statement for test in tests for statement in test.imports})
        asks = hidden and self.numpy
        if asks and "import torch" not in imports:
            imports = sorted([*imports, "import torch"])
        parts = [f'"""{docstring}"""\n', *(["\n".join(imports) + "\n"] if imports else [])]
        parts += ["from autograder.checks import criterion, require\n"] if hidden else []
        parts += [_ARRAYS.rstrip("\n") + "\n"] if asks else []
        return ("\n".join(parts) + "\n\n" + "\n\n".join(test.text for test in tests)).encode()


def _function(name: str, title: str, lines: list[str], body: str) -> str:
    docstring = json.dumps(title, ensure_ascii=False)[1:-1].replace('\\"', "'")
    inside = "\n".join([f'"""{docstring}"""', *lines, body.rstrip("\n") or "pass"])
    return f"def {name}(impl):\n{textwrap.indent(inside, '    ')}\n"


def _required(text: str, message: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Assertions as demands, each with words that tell a student neither inputs nor values."""
    edits: list[tuple[ast.stmt | ast.expr, str]] = []
    notes: list[tuple[str, str]] = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Assert):
            continue
        words = message or NOT_HELD
        if isinstance(node.msg, ast.Constant) and isinstance(node.msg.value, str):
            words = node.msg.value
        elif node.msg is not None:
            fact = "an assertion's message is made when it fails, and could tell hidden values; it has fixed words now."
            notes.append((fact, "Read the test, and choose words that tell none."))
        condition = ast.get_source_segment(text, node.test) or ast.unparse(node.test)
        edits.append((node, f"require({condition}, {json.dumps(words, ensure_ascii=False)})"))
    return edited(text, edits), tuple(dict.fromkeys(notes))


def _modules(statement: str, names: Names) -> set[str]:
    """Imported names that a statement uses."""
    return {node.id for node in ast.walk(ast.parse(statement)) if isinstance(node, ast.Name)} & set(names.imports)


def _imports(body: Body) -> set[str]:
    """Import statements inside a test."""
    nodes = ast.walk(ast.parse(body.text))
    return {ast.unparse(node) for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)}


def _crosses(body: Body, callables: set[str], classes: set[str], modules: set[str]) -> None:
    """Raise Unconvertible for what cannot go over to the sandbox, or come back."""
    tree = ast.parse(body.text)
    for statement in _imports(body):
        modules |= {alias.asname or alias.name for alias in ast.parse(statement).body[0].names}  # type: ignore[attr-defined]
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    called = {id(node.func) for node in calls}
    local = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in callables and id(node) not in called:
            raise Unconvertible(f"it uses {node.id} in another way than calling it.")
        if isinstance(node, ast.Name) and node.id in ("open", "eval", "exec", "input", "globals"):
            raise Unconvertible(f"it uses {node.id}().")
        if classes and isinstance(node, ast.Attribute) and id(node) not in called and not _of_module(node, modules):
            raise Unconvertible(f"it reads the attribute {node.attr} of an object, which stays in the sandbox.")
    for call in calls:
        if isinstance(call.func, ast.Name) and call.func.id in callables:
            _arguments_cross(call, local, modules)


def _arguments_cross(call: ast.Call, local: set[str], modules: set[str]) -> None:
    inner = [node for argument in [*call.args, *(k.value for k in call.keywords)] for node in ast.walk(argument)]
    called = {id(node.func) for node in inner if isinstance(node, ast.Call)}
    for node in inner:
        function = isinstance(node, ast.Lambda) or (isinstance(node, ast.Name) and node.id in local)
        bare = isinstance(node, ast.Attribute) and id(node) not in called and _of_module(node, modules)
        if function or (bare and node.attr not in _CONSTANTS):  # type: ignore[attr-defined]
            raise Unconvertible(f"it hands a function to {ast.unparse(call.func)}, and functions do not cross.")


def _of_module(node: ast.Attribute, modules: set[str]) -> bool:
    """`np.pi`, where np is imported."""
    root: ast.expr = node
    while isinstance(root, ast.Attribute):
        root = root.value
    return isinstance(root, ast.Name) and root.id in modules
