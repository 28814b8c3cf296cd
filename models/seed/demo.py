LOGINS: list[tuple[str, str, str]] = []


def seed_demo(database_url: str) -> None:
    pass
