#!/bin/sh
# Pins all libraries with their hashes, for every platform and Python from 3.11 on. One set of versions for everything:
# the tests' lock is made first, and the others only choose from it. `make lock` runs this.
set -eu
cd "$(dirname "$0")"
.venv/bin/python -m pip install --quiet --target .local/uv uv==0.13.9
lock() {
    PYTHONPATH=.local/uv .venv/bin/python -m uv pip compile --quiet --universal --python-version 3.11 \
        --generate-hashes --no-header --no-annotate "$@"
}
lock --upgrade tests/requirements.in -o tests/requirements.txt
lock -c tests/requirements.txt local/requirements.in -o local/requirements.txt
lock -c tests/requirements.txt local/lambda-image.in -o local/lambda-image.txt
for layer in wildberries database classifier reading viewer; do
    lock -c tests/requirements.txt layers/$layer/requirements.in -o layers/$layer/requirements.txt
done
# Lambda's image carries botocore and what comes with it.
lock -c tests/requirements.txt --no-emit-package botocore --no-emit-package python-dateutil --no-emit-package six \
    --no-emit-package urllib3 layers/chatsync/requirements.in -o layers/chatsync/requirements.txt
# The SAM transform holds back versions of others, so it is installed, and locked, apart.
lock --upgrade tests/template/sam/requirements.in -o tests/template/sam/requirements.txt
# Tools with libraries of their own versions, each installed alone.
for tool in sam checkov ministack awscli wildberries-sdk dlt; do
    lock --upgrade tests/deploy/tools/$tool.in -o tests/deploy/tools/$tool.txt
done
# The second interpreter is a package of npm. Without the registry's address the lock file is the same everywhere.
cd tests/deploy/tools/aws-local-stepfunctions
rm package-lock.json
npm install --silent --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts
