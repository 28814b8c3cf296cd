"""Accessibility by axe-core, as it stands in the builder's packages."""

from pathlib import Path

from playwright.sync_api import Page

from api.web.assets import BUILDER

AXE = BUILDER / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def violations(page: Page, source: Path = AXE, *, within: str = "html") -> list[str]:
    """What the page breaks of WCAG 2.2 A and AA, as `rule: element` lines; empty is what we want.

    within: a selector of the part to look at.
    Works on pages with a strict script policy, because the browser is told from outside.
    """
    page.evaluate(source.read_text())
    found = page.evaluate(
        """async ([within, tags]) => (await axe.run(within, {runOnly: {type: "tag", values: tags}}))
             .violations
             .flatMap((rule) => rule.nodes.map((node) =>
               `${rule.id}: ${node.html.slice(0, 160)} ${node.any.map((it) => it.message)}`))""",
        [within, TAGS],
    )
    return list(found)
