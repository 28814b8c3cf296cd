from models.tables.workspaces import Workspace
from models.types.scope import Scope


def test_only_our_own_and_the_workspaces_domains_get_a_certificate(public, studio, database):
    with database.write(Scope(None)) as session:
        workspace = session.get(Workspace, studio.workspace_id)
        workspace.custom_domain = "client.studio.example"
    asked = {
        domain: public.get("/domains/ask", params={"domain": domain}).status_code
        for domain in ("testserver", "client.studio.example", "Client.Studio.Example", "elsewhere.example")
    }
    assert asked == {"testserver": 200, "client.studio.example": 200, "Client.Studio.Example": 200, "elsewhere.example": 404}
