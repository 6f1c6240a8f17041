"""Every method of the Web API that the fake answers."""

from collections.abc import Callable
from typing import Any

from tests.fakes.slack.calls import Asked
from tests.fakes.slack.methods import agents, chat, files, people, streams, views

METHODS: dict[str, Callable[[Asked], dict[str, Any]]] = {
    "agents.sessions.setStatus": agents.set_session_status,
    "assistant.threads.setStatus": agents.set_thread_status,
    "assistant.threads.setSuggestedPrompts": agents.set_suggested_prompts,
    "assistant.threads.setTitle": agents.set_title,
    "auth.revoke": people.auth_revoke,
    "auth.test": people.auth_test,
    "chat.appendStream": streams.append,
    "chat.delete": chat.delete,
    "chat.getPermalink": chat.get_permalink,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.postMessage": chat.post_message,
    "chat.startStream": streams.start,
    "chat.stopStream": streams.stop,
    "chat.update": chat.update,
    "conversations.history": people.history,
    "conversations.info": people.conversation_info,
    "conversations.open": people.open_conversation,
    "conversations.replies": people.replies,
    "files.completeUploadExternal": files.complete_upload,
    "files.getUploadURLExternal": files.get_upload_url,
    "files.info": files.file_info,
    "reactions.add": chat.add_reaction,
    "users.info": people.user_info,
    "users.lookupByEmail": people.lookup_by_email,
    "views.open": views.open_view,
    "views.publish": views.publish_view,
    "views.push": views.push_view,
    "views.update": views.update_view,
}

NEEDS: dict[str, str] = {
    "chat.": "chat:write",
    "files.completeUploadExternal": "files:write",
    "files.getUploadURLExternal": "files:write",
    "files.info": "files:read",
    "reactions.add": "reactions:write",
    "users.info": "users:read",
    "users.lookupByEmail": "users:read.email",
    "conversations.open": "im:write",
}
"""The scope that a method needs, by the beginning of its name."""
