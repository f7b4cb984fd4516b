#!/bin/sh
# Puts the provider that tests/it/oidc starts in the folder $1, by the lock file beside this script. In the folder it is whole
# or not there: tests of several processes may come at once.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if cmp -s "$here/package-lock.json" "$1/package-lock.json" && cmp -s "$here/provider.mjs" "$1/provider.mjs"; then
  exit 0
fi
mkdir -p "$(dirname "$1")"
new=$(mktemp -d "$1.XXXXXX")
trap 'rm -rf "$new"' EXIT
cp "$here/package.json" "$here/package-lock.json" "$here/provider.mjs" "$new"
cd "$new"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
rm -rf "$1"
# Who was faster put the same there.
mv -T "$new" "$1" 2>/dev/null || [ -f "$1/provider.mjs" ]
