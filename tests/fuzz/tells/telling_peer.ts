import { Prng } from "../../../simulate/world/prng.ts";
import { RawSocket } from "../../support/rpc/raw_socket.ts";
import { concat } from "../../support/rpc/wire.ts";
import { sleep } from "../../support/until.ts";
import { msgpackDecode } from "../../deps.ts";
import type { Target } from "../arena/action.ts";
import { attempt } from "../arena/attempt.ts";
import { FakePeer } from "../arena/fake_peer.ts";
import { helloFrame, noEntries, peerMessage, toldFrame } from "../attacks/peer_messages.ts";

/** How many messages are written at once. */
const toldAtOnce = 256;

/** After so long a peer whose connection was closed greets once more. */
const greetedEveryMs = 1_000;

/** Greets, and is a peer in all but what it tells. */
const manners = { hello: "greets", notices: "acknowledges", describe: "describes itself" } as const;

/** A forged peer that tells a server's sync actor messages without entries, as fast as they are read. */
export class TellingPeer implements AsyncDisposable {
  /** How many of its messages the server says that it has handled; 0: it is not heard yet. */
  handled = 0;
  #target: Target;
  #peer: FakePeer;
  #socket: RawSocket | null = null;
  /** One message. */
  #message: Uint8Array;
  #running: Promise<unknown>[];
  #isDisposed = false;

  constructor(target: Target, seed: number) {
    this.#target = target;
    this.#peer = new FakePeer(manners, new Prng(seed));
    this.#message = toldFrame(target, peerMessage(this.#peer.ref, noEntries));
    this.#running = [this.#connect()];
  }

  /** Tells from now on, once it was heard, until it is disposed of. */
  tell(): void {
    this.#running.push(this.#tell());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    this.#socket?.[Symbol.dispose]();
    await Promise.allSettled(this.#running);
    await this.#peer[Symbol.asyncDispose]();
  }

  /** Greets again when the server closes the connection before it hears the peer: on a busy machine a dial is late. */
  async #connect(): Promise<void> {
    for (;;) {
      await attempt(async () => {
        using socket = await RawSocket.connect(this.#target.address, Infinity);
        this.#socket = socket;
        if (this.#isDisposed) return;
        await socket.send(concat(helloFrame(this.#peer), this.#message));
        await this.#read(socket);
      });
      if (this.#isDisposed || this.handled > 0) return;
      await sleep(greetedEveryMs);
    }
  }

  async #tell(): Promise<void> {
    const messages = concat(...Array.from({ length: toldAtOnce }, () => this.#message));
    await attempt(async () => {
      for (;;) await this.#socket!.send(messages);
    });
  }

  async #read(socket: RawSocket): Promise<void> {
    await attempt(async () => {
      for (let frame; (frame = await socket.frame()) !== null;) {
        const [type, method, params] = msgpackDecode(frame) as [number, unknown, unknown[]];
        if (type === 2 && method === "Ack") this.handled = Number(params[0]);
      }
    });
  }
}
