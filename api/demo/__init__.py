"""The demo workspace: what a newcomer finds after the first `make up`."""

from api.actions.catalogue import schemas
from api.demo.story import tell_story
from api.gateways.passwords import hash_password
from models import clock
from models.commands.api_tokens import create_api_token
from models.db import Database
from models.queries.workspaces import has_workspace
from models.seed.automations import publish_new_lead
from models.seed.forms import add_forms
from models.seed.people import add_clients, add_people, add_studio
from models.seed.projects import add_project_templates
from models.seed.schedulers import add_schedulers
from models.settings import Settings
from models.types.errors import Refused
from models.types.scope import Scope

PASSWORD = "atelier-demo"  # noqa: S105 - printed on every start of the demo, on purpose
LOGINS = [("Owner", "mara@atelier-nord.example", PASSWORD), ("Member", "jonas@atelier-nord.example", PASSWORD)]


def seed_demo(settings: Settings) -> None:
    """Fill an empty, migrated database with the demo workspace: its ground first, then a story told through the product.

    It is all there or, when this is killed on the way, nothing of it. Raises Refused when somebody has a workspace here.
    """
    database = Database(settings.database_url)
    try:
        with database.as_one() as whole:
            if not is_empty(whole):
                raise Refused("There is a workspace already. The demo workspace goes into an empty database only.")
            token = _lay_ground(whole, settings)
            tell_story(settings, whole, token)
    finally:
        clock.reset()
        database.engine.dispose()


def is_empty(database: Database) -> bool:
    """Whether nobody has a workspace here."""
    with database.read(Scope(None)) as session:
        return not has_workspace(session)


def _lay_ground(database: Database, settings: Settings) -> str:
    """People, clients, forms, templates, calls and the first automation; an API token for the story."""
    hashed = hash_password(PASSWORD, cheap=settings.env == "test")
    with database.write(Scope(None)) as session:
        now = clock.now()
        add_studio(session)
        mara, _jonas = add_people(session, password_hash=hashed)
        add_clients(session, owner_id=mara.id, now=now)
        add_forms(session, owner_id=mara.id, now=now)
        add_project_templates(session)
        add_schedulers(session, host_id=mara.id)
        publish_new_lead(session, catalogue=schemas(), now=now, author=mara.name)
        maker = f"member:{mara.id}"
        return create_api_token(session, name="Demo", scopes=["*"], created_by=maker, maker_scopes=frozenset({"*"}))[1]
