#!/bin/sh
# The distributed platform on this machine, without containers: up.sh [--port N] [--apis N] [--workers N]
# Data in CCHC_DATA_DIR (default var/distributed). Ctrl-C stops everything.
set -eu
cd "$(dirname "$0")/../.."
CCHC_DATA_DIR=${CCHC_DATA_DIR:-var/distributed}
export CCHC_DATA_DIR
if [ ! -x .venv/bin/python ]; then
  echo "Chưa có môi trường Python: hãy chạy make install trước." >&2
  echo "There is no Python environment yet: run make install first." >&2
  exit 1
fi
exec .venv/bin/python -m deploy.local.up "$@"
