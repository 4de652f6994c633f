"""The schedule of a deployed stack, asked and switched without the stack, its functions and its database."""

from local.installation.deployed_stack import call_aws

LOGICAL_ID = "SyncSchedule"  # in template.yaml
ON, OFF = "ENABLED", "DISABLED"
# What GetSchedule tells and UpdateSchedule does not take. All else must be given again, or it is set to its default:
# https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UpdateSchedule.html
READ_ONLY = {"Arn", "CreationDate", "LastModificationDate", "ResponseMetadata"}


class DeployedSchedule:
    """The schedule of the stack of this name, in the account and region that AWS_PROFILE and AWS_REGION name."""

    def __init__(self, stack: str) -> None:
        """Look it up.

        Raises:
            NotNowError: AWS does not know the stack or its schedule, or denies access.
            UsageError: No region, or an unknown profile.
        """
        found = call_aws("cloudformation", "describe_stack_resource", StackName=stack, LogicalResourceId=LOGICAL_ID)
        name = found["StackResourceDetail"]["PhysicalResourceId"]
        self._definition = dict(call_aws("scheduler", "get_schedule", Name=name))

    @property
    def is_on(self) -> bool:
        """Return whether it starts executions."""
        return bool(self._definition["State"] == ON)

    @property
    def expression(self) -> str:
        """Return when it starts them: rate(...) or cron(...)."""
        return str(self._definition["ScheduleExpression"])

    def switch(self, *, on: bool) -> None:
        """Let it start executions, or stop that. Raises NotNowError when AWS denies it."""
        self._definition["State"] = ON if on else OFF
        given = {name: value for name, value in self._definition.items() if name not in READ_ONLY}
        call_aws("scheduler", "update_schedule", **given)
