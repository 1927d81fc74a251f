#!/usr/bin/env bash
# Sets up what the tests need and passes them: bash deploy/test.sh [go test flags]
# Needs Go; redis-server is installed where apt-get and root are at hand, and
# asked for otherwise. Nothing outside this machine is talked to but the
# package registries.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf '\n== %s\n' "$*"; }

command -v go >/dev/null || { echo "go is missing: install Go 1.26 or newer from your package manager or go.dev" >&2; exit 2; }

if ! command -v redis-server >/dev/null; then
	say "installing redis-server"
	if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
		export DEBIAN_FRONTEND=noninteractive
		# The tests start servers of their own; the package must not start one.
		if [ -d /usr/sbin ] && [ ! -e /usr/sbin/policy-rc.d ]; then
			printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
			chmod +x /usr/sbin/policy-rc.d
			trap 'rm -f /usr/sbin/policy-rc.d' EXIT
		fi
		apt-get update -qq && apt-get install -y -qq --no-install-recommends redis-server >/dev/null
	else
		echo "redis-server is missing: install it (Debian: sudo apt-get install redis-server) and run this again" >&2
		exit 2
	fi
fi

say "go mod download"
go mod download

say "gofmt, go vet, staticcheck"
unformatted=$(gofmt -l $(git ls-files '*.go' 2>/dev/null || find . -name '*.go'))
[ -z "$unformatted" ] || { echo "gofmt would change:"; echo "$unformatted"; exit 1; }
go vet ./...
go tool staticcheck ./...

# CI=true makes a missing server a failure and not a skipped test. The program's
# own tests start it as a process many times and kill it at random: they run at
# its real speed, and under the race detector once more where many talk at once.
export CI=true
# What the race detector adds to check pointers is of no use in SQLite's
# translated C, and takes a third of the time.
race=(-race '-gcflags=modernc.org/...=-d=checkptr=0')
say "go test -race, every package but the program"
go test "${race[@]}" -timeout 18m "$@" $(go list ./... | grep -v '/cmd/anteroom$')
say "go test, the program"
go test -timeout 15m "$@" ./cmd/anteroom
say "go test -race, the program under many clients"
go test "${race[@]}" -short -timeout 10m "$@" -run 'TestFiftyClients|TestRotatedWhileFiftyTalk|TestReload' ./cmd/anteroom
