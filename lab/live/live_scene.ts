import type { Member } from "../../kvclient/mod.ts";
import type { TracedEntry } from "../../simulate/mod.ts";
import { Scene } from "../model/scene.ts";
import { skewText, spanText } from "../model/texts.ts";
import type { LiveState } from "./live_cluster.ts";

/** How each state of a member is drawn. */
const statusOf = {
  self: "up",
  up: "up",
  "one-way": "joining",
  conflict: "joining",
  down: "down",
} as const;

/** A clock that is off by less counts as right, because it is measured over the network. */
const skewShownMs = 1_000;

/** A scene of what can be seen from outside: the server that is asked with its keys, the others, the ways to them. */
export function liveScene({ members, entries }: LiveState): Scene {
  const scene = new Scene();
  const [self, ...others] = members;
  if (self === undefined) return scene;
  for (const member of members) {
    const name = member.address;
    scene.servers.set(name, {
      name,
      status: statusOf[member.state],
      skewMs: Math.abs(member.clockSkewMs ?? 0) < skewShownMs ? 0 : member.clockSkewMs!,
      actors: member === self ? [keysOf(self)] : [],
      hasDisk: false,
      life: 1,
      facts: factsOf(member),
    });
  }
  scene.replicas.set(keysOf(self), new Map(entries.map(([key, value]) => [key, seen(key, value)])));
  entries.forEach(([key], i) => scene.changedMs.set(key, i));
  for (const { address, state, lagMs } of others) {
    const link = scene.link(self.address, address);
    link.isUp = state === "up";
    link.isCut = state === "down";
    link.label = state !== "up" ? state : lagMs === null ? "" : lagText(lagMs);
    scene.link(address, self.address).isUp = state === "up";
  }
  return scene;
}

/** What the tile of the keys that a server shows is called. */
function keysOf({ queryAddresses }: Member): string {
  const count = queryAddresses?.length ?? 0;
  return count === 1 ? "1 replica" : `${count} replicas`;
}

/** All that is known of a member. */
function factsOf(
  { state, queryAddresses, lagMs, pendingBytes, clockSkewMs, version }: Member,
): [string, string][] {
  return [
    ["State", state === "self" ? "up, and asked" : state],
    ...(queryAddresses === null ? [] : [["Replicas", `${queryAddresses.length}`] as const]),
    ...(lagMs === null ? [] : [["Behind", lagText(lagMs)] as const]),
    ...(pendingBytes === 0 ? [] : [["Waits for it", `${pendingBytes} bytes`] as const]),
    ...(clockSkewMs === null ? [] : [["Clock", skewText(clockSkewMs)] as const]),
    ...(version === null ? [] : [["Version", version] as const]),
  ].map(([name, value]) => [name, value]);
}

function lagText(lagMs: number): string {
  return lagMs === 0 ? "in step" : `${spanText(lagMs)} behind`;
}

/** A value as it is seen: its order is not told. */
function seen(key: string, value: string): TracedEntry {
  return { key, value, timestampMs: 0, sequence: 0, by: "", uid: value, counter: 0 };
}
