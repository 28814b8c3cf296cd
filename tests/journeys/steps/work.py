"""7. The team works through tasks; the client comments, uploads and completes their own."""

from tests.journeys.world import World


def take(world: World) -> str:
    """Complete one as the studio, comment for both sides, and do the client's part in the portal."""
    tasks = {task["title"]: task for task in world.items("/tasks", project_id=world.known["project"], limit=100)}
    ours, theirs = tasks["Kickoff notes"], tasks["Send us your texts and pictures"]
    world.known["task"] = ours["id"]
    world.write(f"/tasks/{ours['id']}/completion", method="PUT")
    for body, is_shared in (("Budget is tight, keep it simple.", False), (f"Notes of {world.run} are in.", True)):
        world.write(
            "/comments", {"subject_kind": "task", "subject_id": ours["id"], "body": body, "is_shared": is_shared}, key=body
        )
    page = world.portal.get(f"/portal/tasks/{ours['id']}").text
    world.check(f"Notes of {world.run} are in." in page, "the client does not see the shared comment")
    world.check("keep it simple" not in page, "the client sees an internal comment")
    path = f"/portal/tasks/{theirs['id']}"
    said = f"Texts for {world.run} attached."
    world.portal.post_unless(lambda: said in world.portal.get(path).text, f"{path}/comments", data={"body": said})
    handed = {"file": ("texts.txt", b"Our tea is good.", "text/plain")}
    world.portal.post_unless(lambda: "texts.txt" in world.portal.get(path).text, f"{path}/files", files=handed)
    world.portal.post(f"{path}/completion")
    done = world.read(f"/tasks/{theirs['id']}")
    world.check(done["status"] == "completed", f"the client's task is {done['status']}")
    files = world.items("/files", subject_id=theirs["id"])
    world.check({one["filename"] for one in files} == {"texts.txt"}, f"the upload is not there: {files}")
    return "2 tasks done, internal and shared comments kept apart, the client's file is there"
