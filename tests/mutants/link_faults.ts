import type { PlantedFault } from "./planted_fault.ts";

/** Faults in how much is under way on a link, and how long it is waited for. */
export const linkFaults: Record<string, PlantedFault> = {
  "messages are as long after one that was cut off": {
    noticedBy: "slow",
    noticedAt: "a backlog passes a slow link that is cut every second",
    file: "kvserver/sync/send_window.ts",
    from: "Math.max(this.#limits.windowBytesMin, this.#bytes / 4)",
    to: "this.#bytes",
  },
  "messages are as long however late they are acknowledged": {
    noticedBy: "slow",
    noticedAt: "a slow link that is cut loses what it carries in some seconds, and no more",
    file: "kvserver/sync/send_window.ts",
    from: "if (quickShare < 1) {",
    to: "if (quickShare < 0) {",
  },
  "messages never grow": {
    noticedBy: "slow",
    noticedAt: "a link that has become slow is used, and one that is quick again is used well",
    file: "kvserver/sync/send_window.ts",
    from: "this.#bytes = Math.max(this.#bytes, Math.min(quickBytes, fastest));",
    to: "",
  },
  "a link that is slow is taken for dead": {
    noticedBy: "slow",
    noticedAt: "a comparison passes a link of eight kilobit a second",
    file: "kvserver/sync/in_flight.ts",
    from: "Math.min(nowMs - oldest.sentMs, silentMs)",
    to: "nowMs - oldest.sentMs",
  },
  "what was acknowledged counts as under way": {
    noticedBy: "slow",
    noticedAt: "a slow link that is cut loses what it carries in some seconds, and no more",
    file: "kvserver/sync/in_flight.ts",
    from: "bytesUnderWay: bytes + this.bytes,",
    to: "bytesUnderWay: bytes + (this.#messages.at(-1)?.bytesUnderWay ?? 0),",
  },
  "what is under way is not bounded": {
    noticedBy: "slow",
    noticedAt: "a slow link that is cut loses what it carries in some seconds, and no more",
    file: "kvserver/sync/peer.ts",
    from: "if (!this.window.hasRoom(this.#inFlight.bytes)) return undefined;",
    to: "",
  },
};
