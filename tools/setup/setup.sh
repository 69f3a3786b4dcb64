#!/usr/bin/env bash
# Brings a bare Debian 12 machine to where dlc builds: the apt packages of versions.env, and a Python
# environment in .venv with the PyPI ones. Looks at what is installed, so a second run does nothing.
# Works as root and as a user who may sudo.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tools/setup/versions.env
source tools/setup/versions.env

say() { printf '[setup] %s\n' "$*"; }
die() { printf '[setup] error: %s\n' "$*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "installing packages needs root: install sudo, or run this as root"
  fi
}

# The lines of APT_PACKAGES that are not installed in exactly their version.
missing_apt_packages() {
  local installed
  installed=" $(dpkg-query -W -f '${db:Status-Status} ${Package}=${Version}\n' |
    sed -n 's/^installed //p' | tr '\n' ' ') "
  for entry in $APT_PACKAGES; do
    [[ $installed == *" $entry "* ]] || echo "$entry"
  done
}

# Turns NAME=VERSION lines into arguments for apt-get: the pin where the archive still has it, else
# the archive's own version where that is of the same release (a security update).
resolve_apt_packages() {
  local entry name version candidate available
  available=$(apt-cache madison "${@%%=*}" | awk -F' *[|] *' '{gsub(/^ */, "", $1); print $1 "=" $2}')
  for entry in "$@"; do
    name=${entry%%=*} version=${entry#*=}
    if grep -qxF "$entry" <<<"$available"; then
      echo "$entry"
      continue
    fi
    candidate=$(apt-cache policy "$name" | sed -n 's/^  Candidate: //p')
    [ -n "$candidate" ] && [ "$candidate" != "(none)" ] ||
      die "apt has no package '$name' (wanted $version): expected Debian 12 with its main and security suites"
    [ "${candidate%%-*}" = "${version%%-*}" ] ||
      die "apt has $name $candidate, expected ${version%%-*}: update tools/setup/versions.env and run the tests"
    say "note: the archive moved on: $name $candidate instead of $version" >&2
    # Nothing to do where that update is what is installed.
    [ "$(dpkg-query -W -f '${Version}' "$name" 2>/dev/null)" = "$candidate" ] || echo "$name=$candidate"
  done
}

install_apt_packages() {
  local missing resolved
  mapfile -t missing < <(missing_apt_packages)
  if [ "${#missing[@]}" -eq 0 ]; then
    say "apt packages: all $(wc -w <<<"$APT_PACKAGES") present"
    return
  fi
  say "apt packages: ${#missing[@]} to look at: ${missing[*]%%=*}"
  as_root apt-get update -qq
  resolved=$(resolve_apt_packages "${missing[@]}") || exit 1
  [ -n "$resolved" ] || return 0
  # shellcheck disable=SC2086
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends --allow-downgrades $resolved >/dev/null
  say "apt packages: installed"
}

# The lines of PIP_PACKAGES that .venv lacks, one name==version a line.
missing_pip_packages() {
  .venv/bin/python3 - $PIP_PACKAGES <<'PYTHON'
import importlib.metadata
import sys

for entry in sys.argv[1:]:
    name, version = entry.split("=")
    try:
        found = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        found = None
    if found != version:
        print(f"{name}=={version}")
PYTHON
}

install_pip_packages() {
  local missing
  if ! .venv/bin/python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    say "python: making .venv"
    rm -rf .venv
    /usr/bin/python3 -m venv .venv
  fi
  missing=$(missing_pip_packages)
  if [ -z "$missing" ]; then
    say "pip packages: all $(wc -w <<<"$PIP_PACKAGES") present"
    return
  fi
  say "pip packages: installing" $missing
  # shellcheck disable=SC2086
  .venv/bin/python3 -m pip install --quiet --disable-pip-version-check --no-deps $missing ||
    die "pip could not install the versions above: is a package index with them reachable (pip config list)?"
}

[ -r /etc/debian_version ] && grep -q '^12' /etc/debian_version ||
  say "note: this is not Debian 12; package versions may not exist here"
install_apt_packages
install_pip_packages
say "ready"
