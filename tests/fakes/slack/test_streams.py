"""Streams of the fake: written, ended, and dead when Slack or a reader ends them."""

# The SDK leaves some of its types open.
# pyright: reportUnknownMemberType=false
import asyncio

from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.conftest import Caller, Clock
from tests.fakes.slack.driver import People
from tests.fakes.slack.echo import Heard
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.state import Channel, Message, User


def said(slack: FakeSlack, mette: User) -> Message:
    space = slack.workspace
    return space.put(Message(space.dm(mette).id, space.ts(), mette.id, text="hej"))


def begun(slack: FakeSlack, call: Caller, mette: User) -> Message:
    asked = said(slack, mette)
    call("chat_startStream", channel=asked.channel, thread_ts=asked.ts, markdown_text="One")
    return slack.workspace.from_bot(asked.channel)[0]


def test_the_sdk_streams_words_and_tasks(
    slack: FakeSlack, client: AsyncWebClient, mette: User
) -> None:
    asked = said(slack, mette)

    async def write() -> None:
        stream = await client.chat_stream(channel=asked.channel, thread_ts=asked.ts, buffer_size=1)
        task = {"type": "task_update", "id": "t1", "title": "Looking up"}
        await stream.append(chunks=[{**task, "status": "in_progress"}])
        await stream.append(markdown_text="Two **leads**.")
        await stream.append(chunks=[{**task, "status": "complete"}])
        await stream.stop(blocks=[{"type": "divider"}], session_status="active")

    asyncio.run(write())
    (message,) = slack.workspace.from_bot(asked.channel, thread=asked.ts)
    assert message.stream
    assert message.stream.state == "stopped"
    assert message.stream.tasks["t1"]["status"] == "complete"
    assert message.markdown == "Two **leads**."
    assert slack.workspace.sessions[asked.channel, asked.ts]["status"] == "active"


def test_an_expired_stream_refuses_words_and_can_be_rewritten(
    slack: FakeSlack, call: Caller, mette: User
) -> None:
    stream = begun(slack, call, mette)
    here = {"channel": stream.channel, "ts": stream.ts}
    slack.workspace.expire(stream)

    assert call("chat_appendStream", **here, markdown_text="more")["error"] == (
        "message_not_in_streaming_state"
    )
    assert call("chat_stopStream", **here)["error"] == "message_not_in_streaming_state"
    assert call("chat_update", **here, markdown_text="One and more")["ok"]
    assert stream.shown == "One and more"


def test_a_stream_expires_by_itself(
    slack: FakeSlack, call: Caller, mette: User, clock: Clock
) -> None:
    stream = begun(slack, call, mette)
    clock.now += 301

    refused = call("chat_appendStream", channel=stream.channel, ts=stream.ts, markdown_text="x")
    assert refused["error"] == "message_not_in_streaming_state"


def test_a_stream_is_not_updated_while_it_is_written(
    slack: FakeSlack, call: Caller, mette: User
) -> None:
    stream = begun(slack, call, mette)

    refused = call("chat_update", channel=stream.channel, ts=stream.ts, text="x")
    assert refused["error"] == "streaming_state_conflict"


def test_a_stream_takes_so_many_words(slack: FakeSlack, call: Caller, mette: User) -> None:
    stream = begun(slack, call, mette)
    here = {"channel": stream.channel, "ts": stream.ts}

    assert call("chat_appendStream", **here, markdown_text="x" * 11_990)["ok"]
    assert call("chat_appendStream", **here, markdown_text="x" * 11)["error"] == "msg_too_long"


def test_wrong_chunks_are_refused_with_the_reason(
    slack: FakeSlack, call: Caller, mette: User
) -> None:
    stream = begun(slack, call, mette)
    chunk = {"type": "task_update", "id": "t1", "title": "x", "status": "done"}
    refused = call("chat_appendStream", channel=stream.channel, ts=stream.ts, chunks=[chunk])

    assert refused["error"] == "invalid_chunks"
    assert '"done" is not allowed' in refused["response_metadata"]["messages"][0]


def test_a_channel_must_be_told_for_whom_a_stream_is(
    slack: FakeSlack, call: Caller, ops: Channel, mette: User
) -> None:
    ts = call("chat_postMessage", channel=ops.id, text="hej")["ts"]
    given = {"channel": ops.id, "thread_ts": ts, "markdown_text": "x"}
    team = {"recipient_team_id": slack.workspace.team.id}

    assert call("chat_startStream", **given)["error"] == "missing_recipient_team_id"
    assert call("chat_startStream", **given, **team)["error"] == "missing_recipient_user_id"
    assert call("chat_startStream", **given, **team, recipient_user_id=mette.id)["ok"]


def test_a_pressed_stop_ends_the_streams_and_is_told(
    people: People, call: Caller, mette: User, heard: Heard
) -> None:
    stream = begun(people.slack, call, mette)
    people.stop(mette, stream)

    (event,) = people.slack.until(lambda: heard.events)
    assert event["streaming_message_ts"] == [stream.ts]
    assert event["thread_ts"] == stream.thread
    refused = call("chat_stopStream", channel=stream.channel, ts=stream.ts)
    assert refused["error"] == "stopped_by_user"


def test_sessions_prompts_statuses_and_titles_are_kept(
    slack: FakeSlack, call: Caller, mette: User
) -> None:
    asked = said(slack, mette)
    here = {"channel_id": asked.channel, "thread_ts": asked.ts}
    prompts = [{"title": "New leads", "message": "show new leads"}]

    assert call("agents_sessions_setStatus", **here, status="suspended")["ok"]
    assert call("agents_sessions_setStatus", **here, status="asleep")["error"] == (
        "invalid_arguments"
    )
    call("assistant_threads_setSuggestedPrompts", channel_id=asked.channel, prompts=prompts)
    call("assistant_threads_setStatus", **here, status="is thinking")
    call("assistant_threads_setTitle", **here, title="Leads")

    space = slack.workspace
    assert space.sessions[asked.channel, asked.ts]["statuses"] == ["suspended"]
    assert space.prompts[asked.channel, None]["prompts"] == prompts
    assert space.statuses == {(asked.channel, asked.ts): "is thinking"}
    assert space.titles == {(asked.channel, asked.ts): "Leads"}


def test_there_are_at_most_four_prompts(slack: FakeSlack, call: Caller, mette: User) -> None:
    prompts = [{"title": "a", "message": "b"}] * 5
    channel = slack.workspace.dm(mette).id
    refused = call("assistant_threads_setSuggestedPrompts", channel_id=channel, prompts=prompts)

    assert refused["error"] == "invalid_arguments"
