"""Makes the Slack channel out of settings and the parts of the application."""

from agent.channels.slack.channel import SlackChannel
from agent.channels.slack.firm import firm_for
from agent.channels.slack.parts import Friday
from agent.settings import Settings


def open_slack(settings: Settings, friday: Friday) -> SlackChannel:
    """The channel, not started. Which firm's workspace it is, is looked up when it starts."""
    return SlackChannel(
        friday, settings, tenant=lambda: firm_for(friday.store, settings.slack_firm)
    )
