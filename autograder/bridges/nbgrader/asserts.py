"""The checks of nbgrader's test cells as plain assertions: nose's and NumPy's are rewritten, the rest stays as it is."""

from __future__ import annotations

import ast

_COMPARED = {
    "assert_equal": "==", "assert_equals": "==", "assert_not_equal": "!=", "assert_in": "in", "assert_not_in": "not in",
    "assert_is": "is", "assert_is_not": "is not", "assert_greater": ">", "assert_greater_equal": ">=", "assert_less": "<",
    "assert_less_equal": "<=", "assert_list_equal": "==", "assert_dict_equal": "==", "assert_tuple_equal": "==",
    "assert_set_equal": "==", "eq_": "==",
}  # fmt: skip
_SINGLE = {
    "assert_true": "{}", "ok_": "{}", "assert_false": "not ({})", "assert_is_none": "({}) is None",
    "assert_is_not_none": "({}) is not None",
}  # fmt: skip
NOSE = {*_COMPARED, *_SINGLE, "assert_almost_equal", "assert_is_instance", "assert_raises"}
"""Names of nose's checks; what imports them is not part of the graded module."""
HOLDS = '''def holds(check):
    """Whether an assertion of NumPy's passes."""
    try:
        check()
    except AssertionError:
        return False
    return True
'''


def rewritten(source: str, numpy_names: set[str], *, hidden: bool) -> tuple[str, list[str]]:
    """The statements of a test cell with plain assertions, and those that are left out because they expect an exception.

    `numpy_names` are names that the notebook imports from numpy.testing; their assertions are rewritten for `hidden` tests only,
    and only there exceptions are a hindrance. Comments stay. Raises SyntaxError.
    """
    lines, tree = source.split("\n"), ast.parse(source)
    left: list[str] = []
    edits: list[tuple[int, int, str]] = []
    uses = False
    for node in tree.body:
        first, last = node.lineno - 1, node.end_lineno or node.lineno
        text = "\n".join(lines[first:last])
        if _expects_an_exception(node, hidden):
            left.append(text)
            edits.append((first, last, ""))
            continue
        new = _Rewriter(numpy_names, hidden)
        changed = new.visit(node)
        if new.dropped or not _is_same(changed, text):
            edits.append((first, last, "" if new.dropped else ast.unparse(ast.fix_missing_locations(changed))))
        uses |= new.holds
    for first, last, text in sorted(edits, reverse=True):
        lines[first:last] = text.split("\n") if text else []
    found = "\n".join(lines).strip("\n")
    return (f"{HOLDS}\n{found}" if uses else found), left


def has_checks(source: str) -> bool:
    """Whether anything is demanded."""
    demands = ast.Assert | ast.Raise
    return any(
        isinstance(n, demands) or (isinstance(n, ast.Call) and _name(n.func).startswith("assert_"))
        for n in ast.walk(ast.parse(source))
    )


def prepared(shown: str, hidden: str) -> str:
    """`hidden` with what it needs of the part that students see before it: no more, for the rest need not be secret."""
    found = [hidden]
    wanted = _used(ast.parse(hidden))
    for node in reversed(ast.parse(shown).body):
        if any(isinstance(one, ast.Assert) for one in ast.walk(node)):
            continue
        if _made(node) & wanted or (
            isinstance(node, ast.Expr) and (_used(node) & wanted or "seed" in ast.unparse(node))
        ):
            found.insert(0, ast.unparse(node))
            wanted |= _used(node)
    return "\n".join(found)


def titled(source: str) -> tuple[str, str]:
    """The first line of the text that a cell begins with, if it does, and the cell without that text."""
    body = ast.parse(source).body
    if not (
        body
        and isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
        and isinstance(body[0].value.value, str)
    ):
        return "", source
    rest = "\n".join(source.split("\n")[body[0].end_lineno or 0 :]).strip("\n")
    return body[0].value.value.strip().split("\n")[0], rest


def _used(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}


def _made(node: ast.AST) -> set[str]:
    names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    names |= {one.name for one in ast.walk(node) if isinstance(one, ast.FunctionDef | ast.ClassDef)}
    return names | {
        a.asname or a.name.split(".")[0]
        for one in ast.walk(node)
        if isinstance(one, ast.Import | ast.ImportFrom)
        for a in one.names
    }


def _is_same(node: ast.AST, text: str) -> bool:
    try:
        return ast.dump(ast.parse(text).body[0]) == ast.dump(node)
    except (SyntaxError, IndexError):
        return False


def _expects_an_exception(node: ast.stmt, hidden: bool) -> bool:
    """`assert_raises(…)` of nose's; for hidden tests also `try: … except …`: no exception of a student's crosses the sandbox."""
    for one in ast.walk(node):
        if isinstance(one, ast.Try) and hidden:
            return True
        if isinstance(one, ast.Call) and _name(one.func) in ("assert_raises", "assertRaises", "assert_raises_regex"):
            return True
        if isinstance(one, ast.Call) and _name(one.func) == "raises" and hidden:
            return True
    return False


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


class _Rewriter(ast.NodeTransformer):
    """One statement."""

    def __init__(self, numpy_names: set[str], hidden: bool) -> None:
        self.numpy_names, self.hidden = numpy_names, hidden
        self.holds = self.dropped = False

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        self.dropped |= (node.module or "").split(".")[0] == "nose"
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        call = node.value
        if not isinstance(call, ast.Call):
            return node
        name = _name(call.func)
        module = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
        if module in ("np.testing", "numpy.testing", "npt") or (not module and name in self.numpy_names):
            return self._held(call) if self.hidden else node
        condition = _condition(name, call) if isinstance(call.func, ast.Name) else None
        if condition is None:
            return node
        message = (
            f", {ast.unparse(call.args[_arguments(name)])}"
            if len(call.args) > _arguments(name) and name != "assert_almost_equal"
            else ""
        )
        return ast.parse(f"assert {condition}{message}").body[0]

    def _held(self, call: ast.Call) -> ast.AST:
        self.holds = True
        return ast.parse(f"assert holds(lambda: {ast.unparse(call)})").body[0]


def _arguments(name: str) -> int:
    return 1 if name in _SINGLE else 2


def _condition(name: str, call: ast.Call) -> str | None:
    texts = [ast.unparse(one) for one in call.args]
    if name in _SINGLE and texts:
        return _SINGLE[name].format(texts[0])
    if name in _COMPARED and len(texts) >= 2:
        return f"({texts[0]}) {_COMPARED[name]} ({texts[1]})"
    if name == "assert_almost_equal" and len(texts) >= 2:
        places = next(
            (ast.unparse(k.value) for k in call.keywords if k.arg == "places"), texts[2] if len(texts) > 2 else "7"
        )
        return f"round(abs(({texts[0]}) - ({texts[1]})), {places}) == 0"
    if name == "assert_is_instance" and len(texts) >= 2:
        return f"isinstance({texts[0]}, {texts[1]})"
    return None
