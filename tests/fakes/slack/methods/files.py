"""Files: announced, uploaded, then shared."""

from typing import Any

from tests.fakes.slack.calls import Asked, Refused, checked_blocks
from tests.fakes.slack.state import File, Message

Json = dict[str, Any]


def get_upload_url(asked: Asked) -> Json:
    if asked.args["length"] < 1:
        raise Refused("invalid_arguments", "[ERROR] length must be over 0 [json-pointer:/length]")
    file = asked.workspace.new_file(asked.token.user, asked.args["filename"], asked.args["length"])
    return {"upload_url": f"{asked.workspace.url}/upload/{file.id}", "file_id": file.id}


def complete_upload(asked: Asked) -> Json:
    files = [_uploaded(asked, each) for each in asked.args["files"]]
    for file, each in zip(files, asked.args["files"], strict=True):
        file.title = each.get("title")
    named = asked.args.get("channels", "") or asked.args.get("channel_id", "")
    for id in filter(None, named.split(",")):
        _share(asked, files, id)
    return {"files": [file.as_dict() for file in files]}


def file_info(asked: Asked) -> Json:
    file = asked.workspace.files.get(asked.args["file"])
    if file is None or file.content is None:
        raise Refused("file_not_found")
    return {"file": file.as_dict(), "comments": [], "content_highlight_html": None}


def _uploaded(asked: Asked, each: Json) -> File:
    file = asked.workspace.files.get(each.get("id", ""))
    if file is None or file.content is None or file.user != asked.token.user:
        raise Refused("file_not_found")
    if len(file.content) != file.length:
        raise Refused("file_upload_size_mismatch")
    return file


def _share(asked: Asked, files: list[File], id: str) -> None:
    """One message with all the files in the channel."""
    into = Asked(asked.workspace, asked.method, asked.token, {**asked.args, "channel": id})
    channel = into.channel()
    message = Message(
        channel.id,
        asked.workspace.ts(),
        asked.token.user,
        text=asked.args.get("initial_comment", ""),
        blocks=checked_blocks(asked.args.get("blocks") or [], asked.workspace),
        thread_ts=into.thread(channel),
        bot_id=asked.token.bot_id,
        app_id=asked.token.app_id,
        files=files,
    )
    for file in files:
        file.shared = True
    asked.workspace.put(message)
