import type { Member } from "../../kvcommon/mod.ts";

const nowMs = 1_700_000_000_000;

/** A server as it sees itself. */
export const selfMember: Member = {
  address: "192.0.2.6:6000",
  queryAddresses: ["192.0.2.6:6001"],
  incarnation: "00000000000000aa",
  state: "self",
  sinceMs: nowMs - 60_000,
  lagMs: 0,
  pendingBytes: 0,
  agreedMs: nowMs,
  tombstonesHeld: 0,
  clockSkewMs: 0,
  version: "1.2.3",
  refusedMessages: 0,
};

/** Another one, with which all is well. */
export const upMember: Member = {
  ...selfMember,
  address: "192.0.2.7:6000",
  queryAddresses: null,
  incarnation: "00000000000000bb",
  state: "up",
  clockSkewMs: 3,
};

/** Another one, which is not there, and was never reached. */
export const downMember: Member = {
  ...selfMember,
  address: "192.0.2.8:6000",
  queryAddresses: null,
  incarnation: null,
  state: "down",
  sinceMs: nowMs - 12_000,
  lagMs: null,
  agreedMs: null,
  clockSkewMs: null,
  version: null,
};
