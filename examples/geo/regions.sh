#!/usr/bin/env bash
# Three regions on one machine: a server in each, in a network namespace of its own with an address of its own, and
# 80 to 250 ms one way between them. As root of a Linux.
#
#     examples/geo/regions.sh up FOLDER               makes the network, starts the servers, whose data are in FOLDER
#     examples/geo/regions.sh in tokyo cmud members   runs a command in a region
#     examples/geo/regions.sh down                    stops the servers, and takes the network away
#
# Packets are delayed by the kernel (netem) where it can; else the servers delay what they send to each other. The
# program is `cmud`, or what $CMUD says.
set -euo pipefail

cmud="${CMUD:-cmud}"
# Begins the names of what is made, so that there can be more than one such network; eight letters at the most.
net="${GEO:-geo}"
regions=(tokyo paris dallas)
# What leaves a region takes so long.
declare -A delay_ms=([tokyo]=125 [paris]=80 [dallas]=250)
declare -A address=([tokyo]=10.77.0.1 [paris]=10.77.0.2 [dallas]=10.77.0.3)

there() { # there REGION COMMAND...
  local region="$1"
  shift
  ip netns exec "$net-$region" env CMUD_SERVER="${address[$region]}:6001" "$@"
}

up() {
  local folder="$1" region latency join=()
  mkdir -p "$folder"
  ip link add "$net" type bridge
  ip link set "$net" up
  for region in "${regions[@]}"; do
    ip netns add "$net-$region"
    ip link add "$net-$region" type veth peer name eth0 netns "$net-$region"
    ip link set "$net-$region" master "$net" up
    ip -n "$net-$region" addr add "${address[$region]}/24" dev eth0
    ip -n "$net-$region" link set lo up
    ip -n "$net-$region" link set eth0 up
    latency=0
    ip netns exec "$net-$region" tc qdisc add dev eth0 root netem delay "${delay_ms[$region]}ms" \
      2> /dev/null || latency="${delay_ms[$region]}"
    # Nobody else is in this network, so tokens and TLS are left out here.
    # shellcheck disable=SC2086 -- it may be a command with arguments
    there "$region" $cmud server --host "${address[$region]}" --insecure --cluster regions \
      --actors 1 --simulate-latency "$latency" --data-dir "$folder/$region" \
      "${join[@]}" > "$folder/$region.out" 2> "$folder/$region.log" &
    join=(--join "${address[tokyo]}:6000")
    until grep -q 'is ready' "$folder/$region.out" 2> /dev/null; do
      kill -0 $! || { cat "$folder/$region.log" >&2; return 1; }
      sleep 0.2
    done
    echo "$region: ${address[$region]}:6001, ${delay_ms[$region]} ms away"
  done
}

down() {
  local region pid
  for region in "${regions[@]}"; do
    for pid in $(ip netns pids "$net-$region" 2> /dev/null); do kill "$pid" 2> /dev/null || true; done
  done
  for region in "${regions[@]}"; do
    while [ -n "$(ip netns pids "$net-$region" 2> /dev/null)" ]; do sleep 0.1; done
    ip netns del "$net-$region" 2> /dev/null || true
  done
  ip link del "$net" 2> /dev/null || true
}

case "${1:-}" in
  up) up "${2:?a folder}" ;;
  in) there "${@:2}" ;;
  down) down ;;
  *) sed -n '2,/^set/{/^set/!s/^# \{0,1\}//p}' "$0" >&2; exit 64 ;;
esac
