#!/bin/sh
# Make the virtual environment and fill it from a hashed lock file, with plain pip.
# usage: install.sh PYTHON VENV LOCKFILE
set -eu
python=$1 venv=$2 lock=$3

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
  found=$("$python" --version 2>/dev/null) || found='không chạy được'
  echo "Cần Python 3.11 trở lên; '$python' là: $found." >&2
  echo "Python 3.11 or later is needed. Choose one with: make install PYTHON=/path/to/python3.11" >&2
  exit 1
}
if [ ! -x "$venv/bin/pip" ]; then
  rm -rf "$venv"
  "$python" -m venv "$venv" >/dev/null 2>&1 || {
    # Debian ships python3 without ensurepip; root can add it, others get a plain sentence.
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
      echo "Cài python3-venv…" >&2
      apt-get update -qq >&2 && apt-get install -y -qq python3-venv >&2
      rm -rf "$venv"
      "$python" -m venv "$venv"
    else
      echo "Không tạo được môi trường Python: hãy cài gói python3-venv (hoặc ghi được vào thư mục này)." >&2
      exit 1
    fi
  }
fi
echo "Cài thư viện từ $lock (lần đầu mất khoảng một phút)…" >&2
PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
export PIP_DISABLE_PIP_VERSION_CHECK PIP_ROOT_USER_ACTION
"$venv/bin/pip" install -qq --require-hashes --only-binary :all: --no-deps -r "$lock"
"$venv/bin/pip" install -qq --no-deps --no-build-isolation --no-index -e .
