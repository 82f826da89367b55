#!/usr/bin/env bash
# All that CI runs: style, types, import order, then every test on both databases and in Chromium.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin

need() { # need COMMAND PACKAGE...: install with apt where we may, else say which command to run
  local probe=$1; shift
  if eval "$probe" >/dev/null 2>&1; then return; fi
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null
  else
    echo "Missing for the tests. Run: sudo apt-get install $*" >&2; exit 1
  fi
}
need 'command -v chromium || command -v chromium-browser || command -v google-chrome' chromium
need "ls /usr/share/postgresql/*/extension/postgis.control" postgresql postgresql-postgis

$bin/ruff format --check .
$bin/ruff check .
$bin/mypy
$bin/lint-imports

SAFEGROUND_TEST_POSTGIS=$($bin/python scripts/postgis.py start)
export SAFEGROUND_TEST_POSTGIS
trap '$bin/python scripts/postgis.py stop' EXIT
# in their own order: else the journeys, long and few in a file, would all come last
$bin/pytest -n 2 --dist loadfile --no-loadscope-reorder "$@"
