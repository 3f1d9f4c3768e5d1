import type { ActorRef, TellHost, TellLink } from "../../actor/mod.ts";
import type { PeerMessage } from "../../kvserver/sync/peer_message.ts";
import { encode } from "../../rpc/mod.ts";
import { messageOf, type TextEntry } from "../support/store/stores.ts";
import type { SimulatedServer } from "../../simulate/cluster/simulated_cluster.ts";
import type { Stage } from "./stage.ts";

/** The liar's. */
export const incarnation = "00000000000000ff";
/** Of the actor in whose name it writes. */
export const uid = `liar:1/${incarnation}/1`;

/** A system on the simulated network that is greeted, and sends what it likes. */
export class Liar {
  readonly address = "liar:1";
  readonly ref: ActorRef;
  #link: TellLink;
  #target: SimulatedServer;

  /** @param as its incarnation, which may be that of somebody else */
  constructor(stage: Stage, target: SimulatedServer, as = incarnation) {
    this.ref = { address: this.address, incarnation: as, counter: 1 };
    const host: TellHost = {
      address: () => this.address,
      incarnation: as,
      cluster: "cmud",
      now: () => target.environment.now(),
      version: "0.0.0",
      contested() {},
      check: () => undefined,
      receive: (_counter, message) => message.source?.handled(message),
      refusedMessage() {},
      mistaken() {},
      unanswered() {},
      crowded() {},
      barred() {},
      faulted() {},
      cut() {},
      memoryFull() {},
      dropped() {},
      refused() {},
      refusedBy() {},
      describe: () => "",
      stats: () => ({}),
      members: () => Promise.resolve([]),
      bug() {},
    };
    this.#target = target;
    const { address, incarnation: expected } = target.system;
    this.#link = stage.cluster.network.open("liar", 1, host).link(address, expected)!;
  }

  /** Tells whoever has this number. */
  tell(counter: number, message: unknown): void {
    const bytes = encode(message);
    this.#link.send(counter, { bytes, start: 0, end: bytes.length }, false);
  }

  /** Tells the sync actor what is like a message of a peer, but for some fields. */
  tellPeer(fields: Partial<Record<keyof PeerMessage, unknown>>): void {
    const message = {
      type: "peer",
      from: this.ref,
      entries: messageOf([]),
      peers: [],
      wantsState: 0,
      stateDone: 0,
      ...fields,
    };
    this.tell(this.#target.actors.syncActor.counter, message);
  }
}

/** An entry that the liar accepted, as it says. */
export function entry(fields: Partial<TextEntry> = {}): TextEntry {
  return { key: "lie", value: "x", timestamp: 5, sequence: 0, uid, ...fields };
}
