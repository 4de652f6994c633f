"""Show whether a deployed stack syncs by its schedule; switch that off or on.

It takes effect at once, also while the database is down or an update of the
stack has failed. An execution that is running goes on; Step Functions' console
stops it. The next `make deploy` leaves the schedule as it is, unless it
changes ScheduleExpression or ScheduleState: then ScheduleState holds.

examples:
  ./chats schedule --stack chat-history-sync
  ./chats schedule off --stack chat-history-sync
AWS_PROFILE and AWS_REGION say which account and region, as for `aws`.
"""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what to do, to which stack."""
    parser.add_argument("action", nargs="?", choices=("on", "off"), help="switch it (default: only show it)")
    parser.add_argument("--stack", required=True, metavar="NAME", help="the stack's name, as given to `sam deploy`")


def run(arguments: argparse.Namespace) -> int:
    """Switch the schedule if that was asked for, and say how it is; 0."""
    from local.installation.deployed_schedule import DeployedSchedule
    from local.terminal.next_commands import name_command
    from local.terminal.tables import console

    schedule = DeployedSchedule(arguments.stack)
    if arguments.action:
        schedule.switch(on=arguments.action == "on")
    if schedule.is_on:
        console.sentence(f"The schedule is on: {schedule.expression}.")
    else:
        on = name_command("schedule on", arguments.stack)
        console.sentence(f"The schedule is off; nothing is synced by itself. To switch it on: {on}.")
    return 0
