# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the commands of the lab have in common: where things are, progress.

lab=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034
project=$(cd "$lab/../.." && pwd)
cache=${MDEV_CXL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mdev-cxl}

# What the kernel says when something is wrong with it: "grep -E"
# shellcheck disable=SC2034
splats='WARNING:|bad p[gmu4]d|BUG:|BUG [a-z]|Oops|general protection|UBSAN|KASAN|Call Trace:|cannot create duplicate|already exists in|possible recursive locking|possible circular|circular locking|lock inversion|inconsistent lock state|non-static key|INFO: task .* blocked|rcu.*stall|ODEBUG|Trying to free nonexistent resource|x86/PAT: .*(failed|invalid|expected mapping)'

# QEMU runs string instructions byte by byte: let Linux, which uses them where they
# are said to be fast, take others. And it walks page tables level by level.
# shellcheck disable=SC2034
emulated_cpu=max,-hypervisor,-erms,-fsrm,-fsrs,-la57

die()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 2
}

# step TEXT COMMAND...: run it, with a line that says what and how long; its
# output is shown when it fails
step()
{
	local text=$1 log start=$SECONDS status=0
	shift

	log=$(mktemp)
	printf '%s ... ' "$text" >&2
	# Not "$@" || ...: that would switch errexit off inside
	(set -e; "$@") > "$log" 2>&1 &
	wait "$!" || status=$?
	if (( status == 0 )); then
		printf '%d s\n' $((SECONDS - start)) >&2
	else
		printf 'failed\n' >&2
		tail -n 40 "$log" >&2
	fi
	rm -f "$log"
	return "$status"
}

# Two at once would build the same twice: run the command under a lock
locked()
{
	local name=$1 fd
	shift

	mkdir -p "$cache"
	exec {fd}> "$cache/$name.lock"
	flock "$fd"
	"$@"
	exec {fd}>&-
}

# Short name for the content of files
key()
{
	cat -- "$@" | sha256sum | cut -c 1-12
}
