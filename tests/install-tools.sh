#!/bin/sh
# Installs what the tests need beside Python packages: PostgreSQL's server, Chromium, Tesseract and Pango, from Debian's packages.
set -eu
missing=""
if ! command -v initdb > /dev/null && ! ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1; then
    missing="postgresql"
fi
if ! command -v chromium > /dev/null; then
    missing="$missing chromium fonts-noto-cjk"
fi
command -v tesseract > /dev/null || missing="$missing tesseract-ocr"
languages=$(tesseract --list-langs 2> /dev/null || true)
for language in eng chi_sim rus fra; do
    printf '%s\n' "$languages" | grep -qx "$language" || missing="$missing tesseract-ocr-$(echo $language | tr _ -)"
done
# Chinese scans are made on the spot.
if ! ls /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc > /dev/null 2>&1; then
    missing="$missing fonts-noto-cjk"
fi
# PDF files are set with Pango.
libraries=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2> /dev/null || true)
for library in libpango-1.0-0:libpango-1.0 libpangoft2-1.0-0:libpangoft2-1.0 libharfbuzz-subset0:libharfbuzz-subset; do
    printf '%s\n' "$libraries" | grep -q "${library#*:}" || missing="$missing ${library%%:*}"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    echo "Installing for the tests: $missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086
    apt-get install -qq -y --no-install-recommends $missing > /dev/null
else
    echo "The tests need: $missing. Install them (Debian: sudo apt-get install $missing) and run again." >&2
    exit 1
fi
