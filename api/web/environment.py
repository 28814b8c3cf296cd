"""The one Jinja environment: autoescaping, strict about unknown names, with the design system's own functions."""

from functools import lru_cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from api.web import assets
from api.web.navigation import PHONE_BAR, RAIL
from api.web.statuses import status_look
from models.rules.brand_colours import brand_variables


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The environment every page, portal page and fragment is rendered with; other modules add their filters to it."""
    made = Environment(
        loader=FileSystemLoader(assets.WEB / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        vite=assets.vite,
        icon=assets.icon,
        status_look=status_look,
        brand_style=brand_style,
        rail=RAIL,
        phone_bar=PHONE_BAR,
    )
    made.globals["ui"] = made.get_template("_ui.html").module
    return made


def brand_style(colour: str | None) -> Markup:
    """The brand's CSS variables as the value of a `style` attribute."""
    return Markup(";").join(Markup("{}:{}").format(name, value) for name, value in brand_variables(colour).items())
