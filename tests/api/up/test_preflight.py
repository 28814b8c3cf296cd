import os
import socket
import sqlite3
from pathlib import Path

import pytest

from api.up.preflight import CannotStart, check_databases, check_libraries, check_ports, hold_home
from models.settings import Settings
from tests.ports import free_block


def test_a_taken_port_is_named_with_its_purpose_and_the_way_out():
    first = free_block()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first + 1))
        taken.listen()
        with pytest.raises(CannotStart, match=rf"Port {first + 1} \(Temporal\) is in use.*THROUGHLINE_PORT={first + 100}"):
            check_ports(Settings(port=first), patience_seconds=0)


def test_a_damaged_record_is_named_with_the_way_out(tmp_path: Path):
    (tmp_path / "throughline.db").write_bytes(b"SQLite format 3\x00" + os.urandom(8192))
    with pytest.raises(CannotStart, match=r"throughline.db is damaged .*backup"):
        check_databases(Settings(home=tmp_path))


def test_one_torn_page_in_the_middle_is_found(tmp_path: Path):
    path = tmp_path / "throughline.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE invoices (number TEXT PRIMARY KEY, body TEXT)")
        database.executemany("INSERT INTO invoices VALUES (?, ?)", [(str(n), "x" * 900) for n in range(200)])
    database.close()
    check_databases(Settings(home=tmp_path))
    with path.open("r+b") as file:
        file.seek(4096 * 10)
        file.write(os.urandom(4096))
    with pytest.raises(CannotStart, match="damaged"):
        check_databases(Settings(home=tmp_path))


def test_no_database_yet_is_no_trouble(tmp_path: Path):
    check_databases(Settings(home=tmp_path))


def test_a_second_supervisor_over_the_same_data_is_refused(tmp_path: Path):
    with hold_home(tmp_path), pytest.raises(CannotStart, match=rf"already runs from .* \(process {os.getpid()}\)"):
        hold_home(tmp_path)
    hold_home(tmp_path).close()


def test_missing_pango_is_said_in_one_sentence(tmp_path: Path, monkeypatch):
    (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load library pango')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(CannotStart, match=r"Pango.*apt-get install") as caught:
        check_libraries()
    assert "\n" not in str(caught.value)
