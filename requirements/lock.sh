#!/bin/sh
# Resolves pyproject.toml into lock.txt (the product) and dev.txt (what tests and checks add), each with hashes.
# torch is left out (see README.md) and the few distributions that it needs are named instead.
set -eu
uv=$1
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "torch ; python_version < '3'" > "$work/override.txt"
printf 'filelock\nnetworkx\nsympy\nsetuptools\n' > "$work/torch-needs.in"
compile() {
    "$uv" pip compile pyproject.toml "$work/torch-needs.in" --universal --python-version 3.11 --generate-hashes \
        --override "$work/override.txt" --no-header --quiet "$@"
}
compile -o requirements/lock.txt
grep -E '^[a-zA-Z0-9._-]+==' requirements/lock.txt | sed 's/ *\\$//' > "$work/product.txt"
compile --extra dev -c "$work/product.txt" -o requirements/dev.txt
