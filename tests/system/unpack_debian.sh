#!/usr/bin/env bash
# Unpacks Debian packages into .debian/ of the checkout, without installing them.
#
#   tests/system/unpack_debian.sh PACKAGE...
#
# For programs the tests need that would clash with what a machine runs (one mail server
# excludes the other), or that nobody wants to be installed. The libraries a package depends
# on come along, unless the machine has them. Needs no root, only the lists of apt. What is
# there already is left alone: .debian/PACKAGE.stamp marks it.
#
# Run what was unpacked with LD_LIBRARY_PATH naming .debian/usr/lib and the folder in it that
# is called like x86_64-linux-gnu.
set -euo pipefail

cd "$(dirname "$0")/../.."
[ $# -gt 0 ] || { echo "usage: $0 PACKAGE..." >&2; exit 2; }
export LC_ALL=C
mkdir -p .debian
exec 9> .debian/.lock
flock 9 # two runs at once would unpack into each other's files

end() {
  echo "unpack_debian.sh: $*" >&2
  exit 1
}

# Not grep -q: it stops reading early, which pipefail takes for a failure of apt-cache.
has_candidate() { apt-cache policy "$1" 2> /dev/null | grep 'Candidate: [^(]' > /dev/null; }

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2> /dev/null)" = installed ]; }

# Adds to the array "wanted" the package $1 and every library it needs that is not here.
collect() {
  local name
  case " ${wanted[*]-} " in *" $1 "*) return ;; esac
  wanted+=("$1")
  while read -r name; do
    if ! is_installed "$name"; then collect "$name"; fi
  done < <(apt-cache depends --important "$1" | sed -nE 's/^ *(Pre)?Depends: (lib[^ ]+)$/\2/p')
}

download() {
  local try
  for try in 1 2 3; do
    (cd "$scratch" && apt-get -qq -o Acquire::Retries=3 download "$@" 2> errors.txt) && return
    if [ "$(id -u)" = 0 ]; then apt-get -qq update || true; fi # old lists name files that are gone
    sleep "$try"
  done
  cat "$scratch/errors.txt" >&2
  end "cannot download $*; is there a network, and are the lists of apt fresh (apt-get update)?"
}

for package in "$@"; do
  [ -e ".debian/$package.stamp" ] && continue
  if ! has_candidate "$package" && [ "$(id -u)" = 0 ]; then apt-get -qq update; fi
  has_candidate "$package" ||
    end "apt knows no package $package; run: sudo apt-get update"
  wanted=()
  collect "$package"
  scratch="$(mktemp -d)"
  trap 'rm -rf "$scratch"' EXIT
  chmod 755 "$scratch"
  if [ "$(id -u)" = 0 ] && id _apt > /dev/null 2>&1; then chown _apt "$scratch"; fi
  download "${wanted[@]}"
  for file in "$scratch"/*.deb; do dpkg-deb -x "$file" .debian; done
  rm -rf "$scratch"
  printf '%s\n' "${wanted[@]}" > ".debian/$package.stamp"
  echo "Unpacked into .debian/: ${wanted[*]}"
done
