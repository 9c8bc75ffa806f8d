#!/usr/bin/env bash
# What Gradescope runs once, as root, when it builds the autograder.
set -euo pipefail
cd "${AUTOGRADER_ROOT:-/autograder}/source"

export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -y -q --no-install-recommends ca-certificates python3 python3-venv libgomp1 libquadmath0 libseccomp2 bubblewrap

# Student code runs as a user who may not look into root's home, where uv would put a Python that it has to fetch.
export UV_PYTHON_INSTALL_DIR=/opt/python
sh scripts/bootstrap

# For whoever reads the log of the build. Submissions may run on another machine, so this does not decide anything.
.venv/bin/grader doctor || echo "Whether submissions can be graded will be seen when the first is."
