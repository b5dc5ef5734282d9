#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Callout script of mdevctl for partitions of a shared CXL device. It is called
# as: -t TYPE -e EVENT -a ACTION -s STATE -u UUID -p PARENT, with the
# definition of the device as JSON on its input.
#
# It tells the live value of "decoders", and changes it while no VMM has the
# device open. 2 says that the type is none of ours.
set -eu

while getopts t:e:a:s:u:p: option; do
	case $option in
	t) type=$OPTARG ;;
	e) event=$OPTARG ;;
	a) action=$OPTARG ;;
	u) uuid=$OPTARG ;;
	s | p) ;;
	*) exit 1 ;;
	esac
done

case ${type:-} in
mdev_cxl_*) ;;
*) exit 2 ;;
esac

# mdevctl has checked that it is a UUID; a path it must not become
case ${uuid:-} in
*[!0-9A-Fa-f-]*) exit 1 ;;
esac
device=/sys/bus/mdev/devices/${uuid:-}

# Each attribute of the definition on the input, as NAME=VALUE
attributes()
{
	jq -r '.attrs[]? | to_entries[] | "\(.key)=\(.value)"'
}

modify_live()
{
	wanted=$(attributes) || exit 1
	[ -n "$wanted" ] || return 0
	while IFS='=' read -r name value; do
		if [ "$name" != decoders ]; then
			echo "$name: not an attribute that can be changed" >&2
			exit 1
		fi
		if ! echo "$value" > "$device/decoders"; then
			echo "decoders: not changed to $value, the device is $(cat "$device/state")" >&2
			exit 1
		fi
	done <<-LIST
	$wanted
	LIST
}

case $event-$action in
get-capabilities)
	cat <<-JSON
	{"supports": {"version": 2,
	  "actions": ["start", "stop", "define", "undefine", "modify",
	              "attributes", "capabilities"],
	  "events": ["pre", "post", "notify", "get", "live"]}}
	JSON
	;;
get-attributes)
	decoders=$(cat "$device/decoders")
	printf '[{"decoders": "%s"}]\n' "$decoders"
	;;
live-modify)
	modify_live
	;;
esac
exit 0
