#!/bin/sh
# Installs Tesseract and the languages that scans are read in, from Debian's packages; quick when they are there.
set -eu
packages="tesseract-ocr tesseract-ocr-eng tesseract-ocr-chi-sim tesseract-ocr-rus tesseract-ocr-fra"
missing=""
command -v tesseract > /dev/null || missing="tesseract-ocr"
languages=$(tesseract --list-langs 2> /dev/null || true)
for language in eng chi_sim rus fra; do
    printf '%s\n' "$languages" | grep -qx "$language" || missing="$missing tesseract-ocr-$(echo $language | tr _ -)"
done
if [ -z "$missing" ]; then
    echo "Tesseract is there, with English, Chinese, Russian and French."
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    echo "Installing for scanned documents: $missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086
    apt-get install -qq -y --no-install-recommends $missing > /dev/null
    echo "Scans are read from now on; those met before: perilune process --again scanned --again 'scanned in part'"
elif command -v apt-get > /dev/null; then
    echo "Installing needs an administrator: sudo apt-get install $packages" >&2
    exit 1
else
    echo "There is no apt-get here. Install Tesseract 4 or later with its languages eng, chi_sim, rus and fra, so that" >&2
    echo "'tesseract --list-langs' names them (macOS: brew install tesseract tesseract-lang)." >&2
    exit 1
fi
