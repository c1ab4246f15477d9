#!/bin/sh
# Serves the page and /health until SIGTERM. PID 1 ignores signals it has no trap for, and busybox httpd sets none.
set -eu
root=$(mktemp -d)
sed "s/@VERSION@/${APP_VERSION:-development}/; s/@HOST@/$(hostname)/" /app/index.html > "$root/index.html"
printf '{"status":"ok","version":"%s"}\n' "${APP_VERSION:-development}" > "$root/health"
chmod -R a+rX "$root"

httpd -f -p "${PORT:-8000}" -h "$root" &
server=$!
trap 'echo "stopping"; kill "$server"; exit 0' TERM INT
echo "hello ${APP_VERSION:-development} listens on ${PORT:-8000}"
wait "$server"
