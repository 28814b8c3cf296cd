"""Tasks, boards, comments."""

import itertools
import threading

import pytest
from sqlmodel import Session, col, select

from models import clock
from models.commands.comments import add_comment
from models.commands.task_boards import add_board, add_group, archive_board, archive_group, change_board, change_group
from models.commands.tasks import (
    archive_task,
    assign_task,
    change_task,
    complete_task,
    create_task,
    move_task,
    reopen_task,
    set_due_date,
    tick_item,
    unarchive_task,
)
from models.db import Database
from models.queries.tasks import get_group, list_groups, list_tasks_of_group
from models.tables.events import Event
from models.tables.projects import Project
from models.tables.tasks import Task, TaskBoard, TaskGroup
from models.types.errors import Conflict, Invalid, NotFound, Refused
from models.types.scope import Scope
from models.types.tasks import TaskDraft
from tests.builders.projects import Work, make_project, make_task
from tests.builders.workspaces import Studio


def titles(session: Session, group_id: str) -> list[str]:
    return [task.title for task in list_tasks_of_group(session, group_id)]


@pytest.fixture
def work(session: Session, studio: Studio) -> Work:
    return make_project(session, studio)


def test_a_new_task_stands_at_the_end_of_its_column_and_is_private(session: Session, studio: Studio, work: Work):
    make_task(session, studio, work, position=9.0)

    task = create_task(session, TaskDraft(title=" Logo ", group_id=work.todo_id, checklist=("Vector", "")))

    assert titles(session, work.todo_id) == ["Sketch", "Logo"]
    assert (task.project_id, task.board_id, task.engagement_id) == (work.project_id, work.board_id, studio.engagement_id)
    assert (task.is_shared, task.checklist) == (False, [{"text": "Vector", "done": False}])


def test_a_task_may_stand_alone(session: Session, studio: Studio):
    task = create_task(session, TaskDraft(title="Call back", engagement_id=studio.engagement_id, assignee_id=studio.member_id))
    assert (task.project_id, task.group_id, task.assignee_id) == (None, None, studio.member_id)


def test_what_the_client_is_given_is_shared_with_the_client(session: Session, studio: Studio, work: Work):
    task = make_task(session, studio, work)

    assign_task(session, task, studio.contact_id)

    assert (task.is_for_client, task.is_shared) == (True, True)
    change_task(session, task, is_shared=False)
    assert task.is_shared


def test_a_stranger_can_be_given_nothing(session: Session, studio: Studio, work: Work):
    with pytest.raises(Invalid):
        assign_task(session, make_task(session, studio, work), "con_stranger")


def test_an_archived_project_takes_no_tasks(session: Session, studio: Studio, work: Work):
    session.get_one(Project, work.project_id).archived_at = clock.now()
    with pytest.raises(Refused):
        create_task(session, TaskDraft(title="Late", group_id=work.todo_id))


def test_completing_twice_is_completing_once(session: Session, studio: Studio):
    task = make_task(session, studio)

    complete_task(session, task, now=clock.now())
    complete_task(session, task, now=clock.now())
    reopen_task(session, task)

    told = session.exec(select(Event.type).where(col(Event.subject_id) == task.id).order_by(col(Event.id))).all()
    assert list(told) == ["task.completed", "task.reopened"]
    assert (task.status, task.completed_at, task.completed_by) == ("open", None, "")


def test_every_change_is_recorded(session: Session, studio: Studio, work: Work):
    task = create_task(session, TaskDraft(title="Logo", group_id=work.todo_id, checklist=("Vector",)))
    change_task(session, task, title="Mark")
    set_due_date(session, task, clock.today("UTC"))
    tick_item(session, task, 0, is_done=True)
    archive_task(session, task, now=clock.now())
    unarchive_task(session, task)

    told = session.exec(select(Event.type).where(col(Event.subject_id) == task.id).order_by(col(Event.id))).all()
    assert [name.split(".")[1] for name in told] == ["created", "changed", "changed", "changed", "archived", "unarchived"]
    with pytest.raises(NotFound):
        tick_item(session, task, 1, is_done=True)


def test_cards_go_above_below_and_to_the_end(session: Session, studio: Studio, work: Work):
    todo, doing = get_group(session, work.todo_id), get_group(session, work.doing_id)
    one, two, three = (create_task(session, TaskDraft(title=title, group_id=todo.id)) for title in ("1", "2", "3"))

    move_task(session, three, todo, before_id=one.id)
    assert titles(session, todo.id) == ["3", "1", "2"]
    move_task(session, three, todo, after_id=one.id)
    assert titles(session, todo.id) == ["1", "3", "2"]
    move_task(session, one, doing)
    move_task(session, two, doing, before_id="tsk_gone")
    assert (titles(session, todo.id), titles(session, doing.id)) == (["3"], ["1", "2"])


def test_a_column_keeps_its_order_through_hundreds_of_moves_into_one_gap(session: Session, studio: Studio, work: Work):
    todo = get_group(session, work.todo_id)
    cards = [create_task(session, TaskDraft(title=str(number), group_id=todo.id)) for number in range(4)]
    for card in itertools.islice(itertools.cycle(cards[1:3]), 150):
        move_task(session, card, todo, after_id=cards[0].id)
        session.flush()

    assert titles(session, todo.id) == ["0", "2", "1", "3"]
    positions = [task.position for task in list_tasks_of_group(session, todo.id)]
    assert positions == sorted(set(positions))


def test_movers_at_once_end_with_one_order_that_holds_every_card(database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        work = make_project(session, studio)
        ids = [create_task(session, TaskDraft(title=str(number), group_id=work.todo_id)).id for number in range(6)]
    barrier = threading.Barrier(6)

    def drag(task_id: str, above: str) -> None:
        barrier.wait()
        with database.write(studio.scope) as session:
            move_task(session, session.get_one(Task, task_id), get_group(session, work.doing_id), before_id=above)

    threads = [threading.Thread(target=drag, args=(task_id, ids[index - 1])) for index, task_id in enumerate(ids)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.read(studio.scope) as session:
        column = list_tasks_of_group(session, work.doing_id)
        assert sorted(task.id for task in column) == sorted(ids)
        assert len({task.position for task in column}) == 6


def test_a_card_stays_in_its_project(session: Session, studio: Studio, work: Work):
    elsewhere = make_project(session, studio, name="Other")
    with pytest.raises(Refused):
        move_task(session, make_task(session, studio, work), get_group(session, elsewhere.todo_id))


def test_two_who_change_one_task_cannot_both_win(database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        task_id = make_task(session, studio).id
    with database.read(studio.scope) as session:
        stale = session.get_one(Task, task_id)
        session.expunge(stale)
    with database.write(studio.scope) as session:
        change_task(session, session.get_one(Task, task_id), title="First")

    def write_late() -> None:
        with database.write(studio.scope) as session:
            session.add(stale)
            change_task(session, stale, title="Second")

    with pytest.raises(Conflict):
        write_late()


def test_boards_and_columns(session: Session, studio: Studio, work: Work):
    project = session.get_one(Project, work.project_id)
    board = add_board(session, project, name="Ideas")
    column = add_group(session, board, name="Parked")

    change_group(session, column, position=0, name="Waiting")
    change_board(session, board, is_shared=True)

    assert (board.position, board.is_shared) == (1, True)
    assert [group.name for group in list_groups(session, [board.id])] == ["Waiting", "To do", "Doing", "Done"]
    archive_group(session, column, now=clock.now())
    archive_board(session, board, now=clock.now())


def test_what_holds_cards_is_not_put_away(session: Session, studio: Studio, work: Work):
    make_task(session, studio, work)
    with pytest.raises(Refused):
        archive_group(session, session.get_one(TaskGroup, work.todo_id), now=clock.now())
    with pytest.raises(Refused):
        archive_board(session, session.get_one(TaskBoard, work.board_id), now=clock.now())


def test_comments_are_internal_unless_shared_on_purpose(session: Session, studio: Studio):
    said = add_comment(session, subject_kind="task", subject_id="tsk_1", body=" hm ")
    assert (said.body, said.is_shared, said.author) == ("hm", False, f"member:{studio.owner_id}")
    with pytest.raises(Invalid):
        add_comment(session, subject_kind="task", subject_id="tsk_1", body="  ")


def test_what_a_client_says_is_always_shared(database: Database, studio: Studio):
    with database.write(Scope(studio.workspace_id, f"contact:{studio.contact_id}")) as session:
        assert add_comment(session, subject_kind="task", subject_id="tsk_1", body="Nice", is_shared=False).is_shared
