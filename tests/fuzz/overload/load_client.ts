import { msgpackDecode } from "../../deps.ts";
import { RawSocket } from "../../support/rpc/raw_socket.ts";
import { concat, requestFrame } from "../../support/rpc/wire.ts";
import { sleep } from "../../support/until.ts";
import { attempt } from "../arena/attempt.ts";
import { Arrivals } from "./arrivals.ts";
import type { LoadFigures } from "./load_figures.ts";
import { OwnKey } from "./own_key.ts";

/** The entries that every client reads, and nobody changes. */
export const readEntries: ReadonlyMap<string, string> = new Map(
  Array.from({ length: 10 }, (_, i) => [`read/${i}`, "r".repeat(20_000)]),
);

/** Requests that are sent together. */
export const batchRequests = 10;

/** Requests of a client that are sent and not answered, at the most. */
export const openRequestsMax = 4 * batchRequests;

/** For so long a batch waits to be sent; then it is given up. */
const patienceMs = 1_000;

/** A request that was sent on a connection that lives is answered within this time. */
const answerMsMax = 20_000;

/** One for each five requests of a batch. */
const ownKeys = batchRequests / 5;
const putValueBytes = 20_000;

/** Bytes of the values of one client. */
export const clientBytes = ownKeys * putValueBytes;

/** How often it looks whether something is due. */
const pollMs = 4;

/** A request that was sent. */
interface Sent {
  readonly msgid: number;
  readonly kind: "put" | "own" | "list" | "read";
  readonly key: OwnKey;
  /** That of a Put. */
  readonly number: number;
}

/**
 * Sends batches of requests at a rate that does not depend on how they are answered, and looks at each
 * answer. When its connection ends it connects again.
 */
export class LoadClient {
  #address: string;
  #figures: LoadFigures;
  #keys: readonly OwnKey[];
  #puts = 0;
  #open: Sent[] = [];
  /** By what was asked for: how long the payload of an answer is that was found to be right. */
  #usualBytes = new Map<Sent["kind"], number>();

  /** @param name its keys are called so, and nobody else puts them */
  constructor(address: string, name: string, figures: LoadFigures) {
    this.#address = address;
    this.#figures = figures;
    this.#keys = Array.from({ length: ownKeys }, (_, i) => new OwnKey(`load/${name}/${i}`));
  }

  /**
   * Sends batches until it is to stop, and resolves when all that was sent is answered.
   *
   * @param everyMs the time between two batches; 0: one is sent when another one is answered
   */
  async run(everyMs: number, goesOn: () => boolean): Promise<void> {
    const arrivals = new Arrivals(everyMs, patienceMs);
    while (goesOn()) {
      await attempt(async () => {
        using socket = await RawSocket.connect(this.#address, Infinity);
        const life = { isOver: false };
        const reading = attempt(() => this.#read(socket)).finally(() => life.isOver = true);
        await attempt(async () => {
          while (goesOn() && !life.isOver) {
            if (this.#mayBeSent(arrivals, everyMs)) await this.#send(socket);
            else await sleep(pollMs);
          }
        });
        const endMs = performance.now() + answerMsMax;
        while (this.#open.length > 0 && !life.isOver && performance.now() < endMs) await sleep(5);
        if (this.#open.length > 0 && !life.isOver) {
          this.#figures.found(`${this.#open.length} requests had no answer in ${answerMsMax} ms`);
        }
        socket[Symbol.dispose]();
        await reading;
      });
      this.#doubtOpen();
      // A server that is overloaded may refuse connections too.
      if (goesOn()) await sleep(20);
    }
    this.#figures.offered += arrivals.arrived * batchRequests;
  }

  /** Looks whether the server shows each Put that was acknowledged. */
  async expectAll(): Promise<void> {
    using socket = await RawSocket.connect(this.#address);
    for (const key of this.#keys) this.#expect(key, await socket.ask("Get", key.name));
  }

  #mayBeSent(arrivals: Arrivals, everyMs: number): boolean {
    if (everyMs === 0) return this.#open.length <= batchRequests;
    return arrivals.take(this.#open.length <= openRequestsMax - batchRequests);
  }

  async #send(socket: RawSocket): Promise<void> {
    const frames = Array.from({ length: batchRequests }, (_, msgid) => {
      const key = this.#keys[Math.floor(msgid / 5)];
      const send = (kind: Sent["kind"], method: string, ...params: string[]) => {
        this.#open.push({ msgid, kind, key, number: this.#puts });
        return requestFrame(msgid, method, params);
      };
      switch (msgid % 5) {
        case 0:
          return send("put", "Put", key.name, `${++this.#puts}.`.padEnd(putValueBytes, "p"));
        case 1:
          return send("own", "Get", key.name);
        case 2:
          return send("list", "List", "read/");
        default:
          return send("read", "Get", `read/${msgid}`);
      }
    });
    this.#figures.sent += batchRequests;
    await socket.send(concat(...frames));
  }

  async #read(socket: RawSocket): Promise<void> {
    for (let payload = await socket.frame(); payload !== null; payload = await socket.frame()) {
      const sent = this.#open.shift();
      if (sent === undefined) return this.#figures.found("an answer came that nobody asked for");
      this.#figures.answered++;
      this.#take(sent, payload);
    }
  }

  #take({ msgid, kind, key, number }: Sent, payload: Uint8Array): void {
    // One that is as long as the first, of the same, is taken for it: to decode it costs more than to make it.
    if (payload.length === this.#usualBytes.get(kind) && payload[2] === msgid) return;
    const [type, answeredId, error, result] = msgpackDecode(payload) as [
      ...[number, number, [string, string] | null],
      unknown,
    ];
    if (type !== 1 || answeredId !== msgid) {
      this.#figures.found(`the answer to request ${msgid} is one to ${answeredId}`);
    } else if (error === null && kind === "put") key.acknowledge(number);
    else if (error === null && kind === "own") this.#expect(key, result);
    else if (error === null && isAsPut(kind, msgid, result)) {
      this.#usualBytes.set(kind, payload.length);
    } else if (error?.[0] === "overloaded" && kind === "put") this.#figures.refused++;
    else this.#figures.found(`the answer to a ${kind} is ${error ?? "another one"}`);
  }

  #expect(key: OwnKey, value: unknown): void {
    const fault = key.faultOf(value);
    if (fault !== undefined) this.#figures.found(fault);
  }

  #doubtOpen(): void {
    for (const { kind, key, number } of this.#open) if (kind === "put") key.doubt(number);
    this.#figures.open += this.#open.length;
    this.#open = [];
  }
}

/** Whether what everybody reads is as it was put. */
function isAsPut(kind: Sent["kind"], msgid: number, result: unknown): boolean {
  if (kind === "read") return result === readEntries.get(`read/${msgid}`);
  if (kind !== "list" || typeof result !== "object" || result === null) return false;
  const found = Object.entries(result);
  return found.length === readEntries.size &&
    found.every(([key, value]) => value === readEntries.get(key));
}
