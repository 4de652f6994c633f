"""What a month costs on AWS, from measured runs and list prices: python docs/cost.py prints the tables of docs/cost.md.

Measured: one state machine, all functions, a simulated Wildberries (tests/support/machine.py), November 2026.
"""

from dataclasses import dataclass

# --- AWS's list prices, US dollars, arm64; RDS's were the same in others' tables of May 2026 ----
PRICE_REGION, PRICE_DATE = "us-east-1", "2025"
TRANSITION = 25 / 1e6  # Step Functions, STANDARD
INVOCATION = 0.20 / 1e6  # Lambda
GB_SECOND = 0.0000133334  # Lambda
S3_PUT, S3_GET = 5 / 1e6, 0.4 / 1e6
S3_GB_MONTH = 0.023
LOG_GB = 0.50
TRACE = 5 / 1e6  # X-Ray
METRIC, ALARM, SECRET = 0.30, 0.10, 0.40  # a month each
RDS_HOUR = {"db.t4g.micro": 0.016, "db.t4g.small": 0.032, "db.t4g.medium": 0.065}
RDS_GB_MONTH = 0.115
HOURS = 730
# Free for ever, a month, in an account that uses nothing else of it.
FREE_TRANSITIONS, FREE_INVOCATIONS, FREE_GB_SECONDS, FREE_TRACES = 4_000, 1e6, 400_000, 100_000
FREE_METRICS, FREE_ALARMS, FREE_LOG_GB = 10, 10, 5

# --- Measured, a run of one store: state transitions, invocations ----
EXECUTION = (4, 2)  # List stores, Any stores?, Each store, Report
UNCHANGED = (6, 3)  # nothing new; each wait for WB is one transition more
UNCHANGED_BASE = (7, 3)  # Base token: it waits the hour of both methods
SKIPPED = (3, 1)  # the store's run before is still going on
CHANGED = (3, 3)  # more, when there are new messages: a page of labels, and the run is closed after it
CHANGED_BASE = (11, 7)  # Base token: and two more requests, each a burst of its own
BURST = (4, 2)  # Fetch history, Save history, Caught up?, Wait for rate limit
LABEL_PAGE = (2, 2)  # Classify chats, Save labels: 30 chats
GB_SECONDS = 0.25  # an invocation: 0.01 to 0.3 warm, and as much as 0.35 for a cold start (docs/performance.md)
LOG_KB, S3_PUTS, S3_GETS = 2, 0.4, 0.4  # an invocation

# --- Assumed of a store ----
RUNS = 720  # the schedule's default, rate(1 hour)
SHARE_CHANGED = 0.5  # of the runs that find new messages
HISTORY_EVENTS, HISTORY_CHATS = 10_000, 1_000
EVENTS_A_PAGE, CHATS_A_LABEL_PAGE = 49, 30
PAGES_A_BURST = {"personal": 11, "base": 1}  # a wait of 7 s, and what refills while WB answers (docs/performance.md)
REQUESTS_AN_HOUR = {"personal": 3600, "base": 1}
BASE_RUN_HOURS = 2  # a run asks twice of each of two methods, one request an hour
MB_A_STORE = 40  # in Postgres, with its indexes
LEAST_DISK_GB = 20  # DatabaseStorageGb

# --- What the stack has all month, as tests/docs/test_cost.py counts it ----
METRICS = 16  # ours, of one dimension; beside these one for each kind of error that happens
ALARMS = 11 + 18  # alarms on one metric; and the metrics of four alarms on many, which are billed by the metric
SECRETS = 1  # RDS's, of the master
DASHBOARDS, FREE_DASHBOARDS = 1, 3  # free
# Billed by use, or not at all. A type of resource that is not here and not reckoned above fails the test.
COST_NOTHING_BY_THEMSELVES = {
    *("AWS::CloudFormation::Stack", "AWS::CloudFormation::CustomResource", "AWS::CloudFormation::WaitConditionHandle"),
    *("AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::RouteTable", "AWS::EC2::SubnetRouteTableAssociation"),
    *("AWS::EC2::SecurityGroup", "AWS::RDS::DBSubnetGroup", "AWS::RDS::DBParameterGroup", "AWS::IAM::Role"),
    "AWS::EC2::VPCEndpoint",  # of the type Gateway
    *("AWS::Serverless::Function", "AWS::Serverless::LayerVersion", "AWS::Serverless::StateMachine"),
    *("AWS::Serverless::HttpApi", "AWS::Scheduler::Schedule", "AWS::SQS::Queue", "AWS::Logs::LogGroup"),
    *("AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::SNS::Subscription"),
    *("AWS::S3::Bucket", "AWS::S3::BucketPolicy"),
}
STORES = (1, 5, 100, 500)
CLASSES = {1: "db.t4g.micro", 5: "db.t4g.micro", 100: "db.t4g.small", 500: "db.t4g.medium"}


@dataclass(frozen=True)
class Work:
    """What is metered by use."""

    transitions: float
    invocations: float
    traces: float

    def plus(self, times: float, cost: tuple[int, int]) -> "Work":
        """Return this and so many times more."""
        return Work(self.transitions + times * cost[0], self.invocations + times * cost[1], self.traces)

    def dollars(self, free: bool) -> float:
        """Return its price, with or without what is free every month."""
        less = (FREE_TRANSITIONS, FREE_INVOCATIONS, FREE_GB_SECONDS, FREE_TRACES, FREE_LOG_GB) if free else (0,) * 5
        used = (self.transitions, self.invocations, self.invocations * GB_SECONDS, self.traces, self.log_gb)
        prices = (TRANSITION, INVOCATION, GB_SECOND, TRACE, LOG_GB)
        metered = sum(
            max(0, amount - free_of) * price for amount, free_of, price in zip(used, less, prices, strict=True)
        )
        return metered + self.invocations * (S3_PUTS * S3_PUT + S3_GETS * S3_GET)

    @property
    def log_gb(self) -> float:
        """Return the lines that its functions write."""
        return self.invocations * LOG_KB / 1e6


def steady_month(stores: int, token: str) -> Work:
    """Return a month of the schedule; a Base store's run outlasts the schedule's hour and is skipped meanwhile."""
    work = Work(0, 0, RUNS * (1 + stores)).plus(RUNS, EXECUTION)
    if token == "personal":  # noqa: S105 - a kind of token, not one
        return work.plus(RUNS * stores, UNCHANGED).plus(RUNS * stores * SHARE_CHANGED, CHANGED)
    runs = RUNS / BASE_RUN_HOURS
    work = work.plus(runs * stores, UNCHANGED_BASE).plus(runs * stores, CHANGED_BASE)
    return work.plus((RUNS - runs) * stores, SKIPPED)


def first_sync(token: str) -> tuple[Work, float]:
    """Return one store's first sync, and the hours that WB's limit makes it take."""
    pages = HISTORY_EVENTS / EVENTS_A_PAGE
    work = Work(0, 0, 1).plus(1, UNCHANGED).plus(1, CHANGED).plus(pages / PAGES_A_BURST[token], BURST)
    return work.plus(HISTORY_CHATS / CHATS_A_LABEL_PAGE - 1, LABEL_PAGE), pages / REQUESTS_AN_HOUR[token]


def fixed(stores: int) -> float:
    """Return what a month costs without any run: database, disk, secret, metrics, alarms, the archive of pages."""
    database = RDS_HOUR[CLASSES[stores]] * HOURS + RDS_GB_MONTH * max(LEAST_DISK_GB, 1.5 * stores * MB_A_STORE / 1000)
    watching = METRIC * (METRICS - FREE_METRICS) + ALARM * (ALARMS - FREE_ALARMS)
    return database + SECRET * SECRETS + watching + S3_GB_MONTH * stores * 0.05


def main() -> None:
    """Print where and when the prices hold, and the tables."""
    print(f"Region of the prices: {PRICE_REGION}. Date of the prices: {PRICE_DATE}.\n")
    print("| stores | database | fixed | a month's runs, Personal | in all | a month's runs, Base | in all |")
    print("|---|---|---|---|---|---|---|")
    for stores in STORES:
        personal, base = (steady_month(stores, token).dollars(free=True) for token in ("personal", "base"))
        basis = fixed(stores)
        cells = (basis, personal, basis + personal, base, basis + base)
        print(f"| {stores} | {CLASSES[stores]} | " + " | ".join(f"${cell:,.2f}" for cell in cells) + " |")
    print()
    print("| first sync of one store | transitions | invocations | takes at least | costs |")
    print("|---|---|---|---|---|")
    for token in ("personal", "base"):
        work, hours = first_sync(token)
        takes = f"{hours * 60:.0f} minutes" if hours < 1 else f"{hours / 24:.1f} days"
        cost = f"${work.dollars(free=False):.3f}"
        print(f"| {token.title()} token | {work.transitions:,.0f} | {work.invocations:,.0f} | {takes} | {cost} |")


if __name__ == "__main__":
    main()
