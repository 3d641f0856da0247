#!/bin/sh
# With a command (verify, hub, …) the application works without windows and needs no display.
here=$(dirname "$(readlink -f "$0")")
case "${1:-}" in
  [a-z]* | --help | --version) ELECTRON_RUN_AS_NODE=1 exec "$here/phien-desktop" "$here/resources/app.asar/out/main/cli.js" "$@" ;;
  *) exec "$here/phien-desktop" "$@" ;;
esac
