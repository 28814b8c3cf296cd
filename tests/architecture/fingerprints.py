"""The ordered commands of every workflow, read from its source: activities, children, timers, patches.

A change of this order breaks the replay of running workflows unless it is behind `workflow.patched`.
"""

import ast
import inspect
import textwrap

COMMANDS = frozenset(
    {
        "execute_activity",
        "execute_local_activity",
        "start_activity",
        "start_local_activity",
        "execute_child_workflow",
        "start_child_workflow",
        "sleep",
        "wait_condition",
        "continue_as_new",
        "patched",
        "upsert_search_attributes",
    }
)


def fingerprint(workflow_class: type) -> list[str]:
    """The commands in the order of the source, of the class and its own bases, as `method:command(argument)`."""
    found = []
    for one in reversed(workflow_class.__mro__):
        if one.__module__.startswith("workflows."):
            found += _of_class(one)
    return found


def _of_class(one: type) -> list[str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(one)))
    methods = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [f"{one.__name__}.{method.name}:{call}" for method in methods for call in _commands(method)]


def _commands(method: ast.AST) -> list[str]:
    calls = [node for node in ast.walk(method) if isinstance(node, ast.Call)]
    calls.sort(key=lambda node: (node.lineno, node.col_offset))
    named = [(node, node.func.attr) for node in calls if isinstance(node.func, ast.Attribute)]
    return [f"{name}({_first(node)})" for node, name in named if name in COMMANDS]


def _first(node: ast.Call) -> str:
    if not node.args or isinstance(node.args[0], ast.Lambda):
        return ""
    return ast.unparse(node.args[0])
