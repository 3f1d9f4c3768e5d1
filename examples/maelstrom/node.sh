#!/bin/sh
# What Maelstrom starts for each node (--bin).
exec deno run -q --no-prompt --allow-env "$(dirname "$0")/main.ts"
