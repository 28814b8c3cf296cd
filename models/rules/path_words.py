"""Fields that automations read, in words for people."""

_LEADING = ("trigger", "event", "nodes")
_PASSED_OVER = ("answers", "subject")
"""Parts of a path that tell people nothing: the answers of a submission, the row itself that an event is about."""


def path_words(path: str) -> str:
    """A field in words: `trigger.contact.owner_id` is "contact’s owner", `event.engagement_id` "its engagement"."""
    root, *segments = path.split(".")
    if root not in _LEADING:
        segments = [root, *segments]
    if len(segments) > 1 and segments[-1] == "id":
        return f"this {segments[-2].replace('_', ' ')}"
    words = [part.removesuffix("_id").removesuffix("_minor").replace("_", " ") for part in segments if part not in _PASSED_OVER]
    return ("its " if root == "event" else "") + "’s ".join(words)
