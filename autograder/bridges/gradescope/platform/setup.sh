#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the autograder's image. It installs Python, torch for processors and
# the kit into /opt/gradus, proves that it works, and locks the tests away.
#
# Understood from the environment, all of them optional: GRADUS_PYTHON (an interpreter, 3.11 or newer) and pip's own
# settings (PIP_FIND_LINKS, PIP_INDEX_URL, PIP_CERT, PIP_CONFIG_FILE …).

set -euo pipefail
export DEBIAN_FRONTEND=noninteractive PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
source=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=/opt/gradus # not below /root or /autograder: student code, another user, must be able to read Python and torch
umask 022

fail() {
  echo "setup.sh: $*" >&2
  exit 1
}

usable() { command -v "$1" >/dev/null && "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
  local name
  for name in ${GRADUS_PYTHON:-python3.13 python3.12 python3.11 python3.14 python3}; do
    if usable "$name"; then
      command -v "$name"
      return
    fi
  done
  return 1
}

# Ubuntu 22.04 itself has Python 3.10, and 3.11 among its packages; Debian 12 has 3.11, Ubuntu 24.04 has 3.12.
install_python() {
  local version
  apt-get update
  for version in 3.13 3.12 3.11; do
    if apt-cache show "python$version-venv" >/dev/null 2>&1; then
      apt-get install --yes --no-install-recommends "python$version" "python$version-venv" ca-certificates
      return
    fi
  done
  fail "no package of Python 3.11 or newer. Choose another base image, for example Ubuntu 22.04."
}

# PyPI's build of torch brings gigabytes for GPUs; PyTorch's own index has one without. Whoever configured pip knows better.
install_torch() {
  local torch
  torch=$(cat "$source/kit/torch.txt")
  if [ -z "${PIP_FIND_LINKS:-}${PIP_INDEX_URL:-}${PIP_CONFIG_FILE:-}" ]; then
    pip install --index-url https://download.pytorch.org/whl/cpu "$torch+cpu" && return
    echo "setup.sh: PyTorch's index of CPU builds cannot be used; taking the build that pip finds." >&2
  fi
  pip install "$torch"
}

find_python >/dev/null || install_python
python=$(find_python) || fail "no Python 3.11 or newer after installing one."
"$python" -m venv --clear "$home"
PATH=$home/bin:$PATH
install_torch
pip install "$source"/kit/*.whl
"$home/bin/python" -m compileall -q "$home/lib" || true # a template that is no Python of this version is nobody's loss

# Everything of the assignment is the staff's; who runs student code is another user and may not even list it.
chmod -R u=rwX,go= "$source"
mkdir -p /autograder/results
chmod 700 /autograder/results

"$home/bin/python" -I -m autograder.bridges.gradescope.selfcheck --source "$source"
rm -rf /var/lib/apt/lists/*
