# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests of one script, in the Test Anything Protocol; and the parent's sysfs.

# shellcheck source=tests/lab/l1/kvm
. tests/lab/l1/kvm

tap_count=0
tap_failed=0

# ok NAME COMMAND...: the command succeeds
ok()
{
	local name=$1
	shift
	tap_count=$((tap_count + 1))
	if "$@" > /run/tap.out 2>&1; then
		echo "ok $tap_count $name"
		return
	fi
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_count $name"
	sed 's/^/# /' /run/tap.out
	return 1
}

# is NAME GOT WANTED
is()
{
	ok "$1 (${2})" same "$2" "$3"
}

same()
{
	[[ $1 == "$2" ]] || { echo "got '$1', wanted '$2'"; return 1; }
}

fails()
{
	! "$@"
}

# program COMMAND...: the results of a test program, counted as ours
program()
{
	local line plan='' status=0 bad=0 start=$SECONDS
	while IFS= read -r line; do
		case $line in
		1..*) plan=$line ;;
		'# '*) echo "$line" ;;
		'ok '*) ok "${line#ok * }" true ;;
		'not ok '*)
			ok "${line#not ok * }" false
			bad=1
			;;
		'ended with status '*) status=${line##* } ;;
		'') ;;
		*) echo "# $line" ;;
		esac
	done < <("$@" 2>&1
		printf '\nended with status %d\n' "$?")
	(( status == 0 || (status == 1 && bad) )) ||
		ok "$1 ended with status $status" false
	[[ -n $plan ]] || ok "$1 came to its plan" false
	echo "# ${1##*/}: $((SECONDS - start)) s"
}

tap_done()
{
	echo "1..$tap_count"
	(( tap_failed == 0 ))
}

parent=$MDEV_CXL_PARENT
driver=$(basename "$(readlink -f "$parent/driver")")
mdevs=/sys/bus/mdev/devices

types()
{
	local dir
	for dir in "$parent"/mdev_supported_types/*; do
		echo "${dir##*/"$driver"-}"
	done
}

type_dir()
{
	echo "$parent/mdev_supported_types/$driver-$1"
}

available()
{
	echo "$(< "$(type_dir "$1")/available_instances")"
}

# Number N as a UUID
uuid()
{
	printf '%08x-0000-4000-8000-%012x' "$1" "$1"
}

# write FILE VALUE: with the errno's text on failure
write()
{
	printf '%s\n' "$2" > "$1"
}

# The debug kernel: slow, and it releases objects some seconds late
# (DEBUG_KOBJECT_RELEASE)
is_debug()
{
	[[ -e /proc/self/fail-nth ]]
}

# skip WHAT WHY: what this kernel, or this parent, can't be asked to do. The sum
# is shown at the end of all tests.
skip()
{
	echo "# SKIP $1: $2"
}

# The UUID of one that was just removed is in use for some more seconds where the
# kernel releases late, and nowhere else
create()
{
	local n
	for (( n = 0; n < 100; n++ )); do
		write "$(type_dir "$1")/create" "$2" 2> /run/create.err && return
		is_debug || break
		[[ ! -e $mdevs/$2 && $(< /run/create.err) == *'File exists'* ]] ||
			break
		sleep 0.1
	done
	cat /run/create.err >&2
	return 1
}

remove()
{
	write "$mdevs/$1/remove" 1
}

# waits_for UUID: its removal has come to where it waits for the VMM, just behind
# the point where this link goes
waits_for()
{
	ok 'the removal has begun' soon test ! -e "$mdevs/$1/mdev_type"
}

# hold UUID [HOW]: a process has it open, see hold.c
hold()
{
	coproc HOLD { exec "$MDEV_CXL_BUILD/e2e-hold" "$@"; }
	hold_pid=$!
	# The descriptors go when the process does, which may be soon
	exec {hold_out}<&"${HOLD[0]}" {hold_in}>&"${HOLD[1]}"
	says "a VMM has $1" open
}

# says NAME LINE: that process does
says()
{
	local line=
	read -r -t 30 -u "$hold_out" line
	is "$1" "$line" "$2"
}

# It was asked to close, and has ended without complaint
asked()
{
	says 'the VMM is asked' 'asked to close'
	ok 'it closes' wait "$hold_pid"
	exec {hold_in}>&- {hold_out}<&-
}

# One that is deaf ends when its input does
let_go()
{
	exec {hold_in}>&-
	eval "exec ${HOLD[1]}>&-"
	wait "$hold_pid"
	exec {hold_out}<&-
}

# stream UUID: a KVM guest streams over the memory of an instance of a gigabyte;
# its VMM is $vmm
stream()
{
	kvm_start
	write "$mdevs/$1/decoders" 2
	timeout 300 "$MDEV_CXL_BUILD/vmm" -q -s 120 "$1" \
		"$MDEV_CXL_BUILD/vmm-guest" > /run/vmm 2>&1 &
	vmm=$!
	ok 'a guest streams' soon grep -q '^# streaming' /run/vmm
}

# stream_ends STATUS...: its VMM does by itself, with one of these: 3 when it was
# asked to let go, 1 when its guest has noticed that the memory is gone
stream_ends()
{
	local status=0 why='^somebody wants the instance back$'
	wait "$vmm" || status=$?
	ok "the VMM of the guest ends by itself ($status)" \
		grep -qw "$status" <<< "$*"
	(( status == 3 )) ||
		why='^not ok .* guest: streaming|memory is out of reach for good$'
	ok 'it says why' grep -qE "$why" /run/vmm
	ok 'and nothing worse' fails grep "it can't go on" /run/vmm
}

# The errno of a write, as text
write_error()
{
	{ write "$1" "$2"; } 2>&1 | sed 's/.*: //'
}

# Linux 7.3 detaches the memdev of an unbound function later, from a work item
# that releases whatever driver the function has by then: let it go first.
cxl_flush()
{
	[[ ! -e /sys/bus/cxl/flush ]] || write /sys/bus/cxl/flush 1
}

unbind_parent()
{
	write "$parent/driver/unbind" "${parent##*/}" && cxl_flush
}

# soon COMMAND...: it comes true within some seconds
soon()
{
	local n
	for (( n = 0; n < 150; n++ )); do
		"$@" && return
		sleep 0.1
	done
	return 1
}

# dirty DIR: bytes to be cleared, of an instance or all of the parent
dirty()
{
	echo "$(< "$1/dirty_bytes")"
}

# Two gigabytes take a while in an emulated machine
cleared()
{
	local n
	for (( n = 0; n < 1200; n++ )); do
		[[ $(dirty "$1") != 0 ]] || return 0
		sleep 0.1
	done
	return 1
}

# left_dirty DIR COMMAND...: as long as it takes to find some of DIR still dirty after
# the command: the parent's thread may be quick
left_dirty()
{
	local dir=$1 n left
	shift
	for (( n = 0; n < 20; n++ )); do
		"$@" || return
		left=$(dirty "$dir")
		(( left == 0 )) || break
	done
	echo "$left bytes"
	(( left ))
}

# fill_and_die UUID: a user that fills all of its memory and is killed
fill_and_die()
{
	local line
	coproc FILL { exec "$MDEV_CXL_BUILD/e2e-pattern" "$1" 7; }
	read -r -t 120 -u "${FILL[0]}" line
	[[ $line == written ]] || return
	kill -9 "$FILL_PID"
	wait "$FILL_PID" 2> /dev/null
	true
}

# Where objects are released late, to find who relies on them, what is left of an
# unloaded module and its driver is there for some seconds more, and in the way
# of the next load
module_gone()
{
	soon fails has_module "$1"
}

has_module()
{
	compgen -G "/sys/module/$1" || compgen -G "/sys/bus/*/drivers/$1"
} > /dev/null

# load_module MODULE [PARAMETER...]
load_module()
{
	if is_debug; then
		module_gone "$1"
		soon modprobe "$@" 2> /run/load.err
	else
		modprobe "$@" 2> /run/load.err
	fi || { cat /run/load.err >&2; false; }
}
