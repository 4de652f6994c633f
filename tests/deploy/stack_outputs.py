"""A stack's outputs as far as the commands read them; its functions are named as in the local engine."""

VALUES = {
    "StoreTokenPrefix": "/chat-history-sync/stores",
    "ReadDataFunction": "read_data",
    "ChangeDataFunction": "change_data",
}
OUTPUTS = [{"OutputKey": key, "OutputValue": value} for key, value in VALUES.items()]
