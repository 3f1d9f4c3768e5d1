import { Prng } from "../../../simulate/world/prng.ts";
import { RawSocket } from "../../support/rpc/raw_socket.ts";
import { concat } from "../../support/rpc/wire.ts";
import { msgpackDecode } from "../../deps.ts";
import type { Target } from "../arena/action.ts";
import { attempt } from "../arena/attempt.ts";
import { FakePeer } from "../arena/fake_peer.ts";
import { helloFrame, noEntries, peerMessage, toldFrame } from "../attacks/peer_messages.ts";

/** How many messages are written at once. */
const toldAtOnce = 256;

/** Greets, and is a peer in all but what it tells. */
const manners = { hello: "greets", notices: "acknowledges", describe: "describes itself" } as const;

/** A forged peer that tells a server's sync actor messages without entries, as fast as they are read. */
export class TellingPeer implements AsyncDisposable {
  /** How many of its messages the server says that it has handled; 0: it is not heard yet. */
  handled = 0;
  #peer: FakePeer;
  #socket: RawSocket;
  /** One message. */
  #message: Uint8Array;
  #running: Promise<unknown>[];

  static async connect(target: Target, seed: number): Promise<TellingPeer> {
    return new TellingPeer(target, await RawSocket.connect(target.address, Infinity), seed);
  }

  private constructor(target: Target, socket: RawSocket, seed: number) {
    this.#socket = socket;
    this.#peer = new FakePeer(manners, new Prng(seed));
    this.#message = toldFrame(target, peerMessage(this.#peer.ref, noEntries));
    this.#running = [this.#read(), socket.send(concat(helloFrame(this.#peer), this.#message))];
  }

  /** Tells from now on, until it is disposed of. */
  tell(): void {
    this.#running.push(this.#tell());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket[Symbol.dispose]();
    await Promise.allSettled(this.#running);
    await this.#peer[Symbol.asyncDispose]();
  }

  async #tell(): Promise<void> {
    const messages = concat(...Array.from({ length: toldAtOnce }, () => this.#message));
    await attempt(async () => {
      for (;;) await this.#socket.send(messages);
    });
  }

  async #read(): Promise<void> {
    await attempt(async () => {
      for (let frame; (frame = await this.#socket.frame()) !== null;) {
        const [type, method, params] = msgpackDecode(frame) as [number, unknown, unknown[]];
        if (type === 2 && method === "Ack") this.handled = Number(params[0]);
      }
    });
  }
}
