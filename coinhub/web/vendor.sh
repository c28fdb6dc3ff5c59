#!/bin/sh
# Copies the pinned assets of package.json into coinhub/static, with licences and checksums.
# Needed only to change a version or an icon: the result is committed, nobody needs node to
# run or test. Needs node 20 or newer; run it from the top of the project:
#
#   sh coinhub/web/vendor.sh
#
# A new version: change it in package.json, then renew the lock without addresses by
#   npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved
#
# Source maps are not copied and their comments are stripped, because manifest storage stops
# on a map that is not there.
set -eu

vendor=coinhub/static/vendor
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp package.json package-lock.json "$work"
(cd "$work" && npm ci --ignore-scripts --no-audit --no-fund)
modules=$work/node_modules

rm -rf "$vendor"
mkdir -p "$vendor/tabler" "$vendor/inter" "$vendor/icons"

sed -E 's@/\*# sourceMappingURL=[^*]*\*/@@' \
    "$modules/@tabler/core/dist/css/tabler.min.css" \
    > "$vendor/tabler/tabler.min.css"
# The package of the styles carries its notice in the file only: the same author's text, his years.
sed -E 's@^Copyright.*@Copyright (c) 2018-2026 The Tabler Authors, codecalm.net Paweł Kuna@' \
    "$modules/@tabler/icons/LICENSE" > "$vendor/tabler/LICENSE"
cp "$modules/@tabler/icons/LICENSE" "$vendor/icons/LICENSE"
for subset in latin latin-ext; do
    cp "$modules/@fontsource-variable/inter/files/inter-$subset-wght-normal.woff2" "$vendor/inter/"
done
cp "$modules/@fontsource-variable/inter/LICENSE" "$vendor/inter/LICENSE"

# One sprite of the icons named in icons.txt; `<use href="…/icons.svg#name">` draws one.
sprite=coinhub/static/app/icons.svg
{
    printf '<svg xmlns="http://www.w3.org/2000/svg">\n'
    while read -r name; do
        body=$(sed -e '/<!--/,/-->/d' "$modules/@tabler/icons/icons/outline/$name.svg" |
            tr '\n' ' ' | sed -E -e 's@^.*<svg[^>]*>@@; s@</svg>.*@@; s@  +@ @g; s@> <@><@g; s@^ | $@@g' \
            -e 's@<path stroke="none" d="M0 0h24v24H0z" fill="none" />@@')
        printf '<symbol id="%s" viewBox="0 0 24 24" fill="none" stroke="currentColor" ' "$name"
        printf 'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">%s</symbol>\n' "$body"
    done < coinhub/web/icons.txt
    printf '</svg>\n'
} > "$sprite"

(cd "$vendor" && find . -type f ! -name SHA256SUMS | LC_ALL=C sort | xargs sha256sum > SHA256SUMS)
