"""Where a step is: its path and iteration, the full path that says both, and the way from one to the other."""

from models.types.automation_plan.states import RunState, Token
from models.types.automations import NodeKind, Plan


def full_path(plan: Plan, node_path: str, iteration: int) -> str:
    """The path with the index of every loop around the step, the innermost one too: `each[3]/mail`."""
    segments = node_path.split("/")
    body, innermost = plan.root, None
    for place, segment in enumerate(segments[:-1]):
        node = body["nodes"][segment.partition("[")[0]]
        if node["kind"] == NodeKind.FOR_EACH and not segment.endswith("]"):
            innermost = place
        body = node["body"]
    if innermost is not None:
        segments[innermost] = f"{segments[innermost]}[{iteration}]"
    return "/".join(segments)


def step_at(full: str) -> tuple[str, int]:
    """The path and iteration that a full path stands for."""
    before, bracket, rest = full.rpartition("[")
    if not bracket:
        return full, 0
    index, _, after = rest.partition("]")
    return before + after, int(index)


def owner_of(full: str) -> str:
    """The full path of the owner of the body that a step is in; empty for one of the root."""
    parent = full.rpartition("/")[0]
    return parent.rpartition("[")[0] if parent.endswith("]") else parent


def tokens_inside(plan: Plan, state: RunState, owner: Token) -> list[tuple[Token, str]]:
    """The tokens in the bodies of a node, each with its full path, those in bodies of bodies too."""
    full = full_path(plan, owner.node_path, owner.iteration)
    paths = ((token, full_path(plan, token.node_path, token.iteration)) for token in state.tokens if "/" in token.node_path)
    return [(token, path) for token, path in paths if path.startswith((f"{full}/", f"{full}["))]


def loops_around(full: str) -> list[tuple[str, int]]:
    """The full paths of the loops around a step, outermost first, each with the index the step is in."""
    found: list[tuple[str, int]] = []
    segments = full.split("/")
    for place, segment in enumerate(segments):
        name, bracket, index = segment.removesuffix("]").partition("[")
        if bracket:
            found.append(("/".join([*segments[:place], name]), int(index)))
    return found


def is_visible(output_path: str, full: str) -> bool:
    """Whether a step may read the output kept at a path: it is in the same item of every loop around that one."""
    within, bracket, _ = output_path.rpartition("]")
    return not bracket or full.startswith(f"{within}]/")
