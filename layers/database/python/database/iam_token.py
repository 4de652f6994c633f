"""The password of a login by IAM: a token that is signed here. RDS checks it only when a connection is made."""

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import EnvProvider
from botocore.exceptions import NoCredentialsError

from chatsync.settings import setting

# The longest. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
TOKEN_SECONDS = 900


def make_iam_token(host: str, port: int, user: str) -> str:
    """Return what botocore's generate_db_auth_token returns, signed with the function's own credentials.

    That method belongs to a client of RDS, which first reads the definition of all of RDS: a fifth of a cold start.
    """
    login = EnvProvider().load()
    if login is None:
        raise NoCredentialsError
    request = AWSRequest("GET", f"https://{host}:{port}/", params={"Action": "connect", "DBUser": user})
    SigV4QueryAuth(login, "rds-db", setting("AWS_REGION"), TOKEN_SECONDS).add_auth(request)
    return str(request.url).removeprefix("https://")
