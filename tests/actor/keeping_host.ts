import type { Marshalled, MetListener, SystemId, TellHost } from "../../actor/mod.ts";
import { StatsTable } from "../../actor/stats.ts";
import { type ConnectionHost, SystemConnection } from "../../actor/system_connection.ts";
import { UnhandledMessages } from "../../actor/unhandled_messages.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import { msgpackDecode } from "../deps.ts";
import { framesIn } from "../support/rpc/raw_socket.ts";

/** The incarnation of the system that keeps what it is told. */
export const incarnation = "this-one";

/** Nobody may be told anything as this one. */
export const forbidden = 1_000;

/** A system that keeps what it is told, as it lies in memory, by callers that it greeted at once. */
export class KeepingHost implements TellHost, ConnectionHost {
  readonly incarnation = incarnation;
  readonly cluster = "cmud";
  readonly version = "0.0.0";
  readonly environment = realEnvironment;
  readonly unhandled = new UnhandledMessages(realEnvironment);
  readonly kept: [counter: number, message: Marshalled][] = [];
  readonly bugs: unknown[] = [];
  readonly refusals: [from: string, reason: string][] = [];
  /** Addresses of greeted systems of which a message was refused. */
  readonly refusedOfPeers: string[] = [];
  /** What the clocks of others showed. */
  readonly clocks: number[] = [];
  /** What is sent behind the replies. */
  readonly sent: unknown[] = [];
  /** Whether memory is waited for, at each change. */
  readonly waits: boolean[] = [];
  ended = 0;
  meetingsEnded = 0;
  /** Those who wait for what comes of their introduction. */
  readonly introductions: MetListener[] = [];
  isMet: boolean | undefined = true;

  get system(): TellHost {
    return this;
  }

  newConnection(): SystemConnection {
    return new SystemConnection(this, {
      peer: "203.0.113.9",
      sendDeferred: (frames) => this.sent.push(...framesIn(frames).map((it) => msgpackDecode(it))),
      end: () => this.ended++,
    });
  }

  address = () => "127.0.0.1:2";
  now = () => 0;
  describe = () => "a description";
  stats = () => ({ ...new StatsTable(1).sum() });
  members = () => Promise.resolve([{ address: "127.0.0.1:2" }]);
  isStarting = () => false;
  check = (counter: number) => counter === forbidden ? "nobody is there" : undefined;
  mistaken(): void {}
  crowded(): void {}
  barred(): void {}
  faulted(): void {}
  left(): void {}
  admit(): undefined {}
  cut(): void {}
  memoryFull(): void {}
  waitsForMemory(waits: boolean): void {
    this.waits.push(waits);
  }
  unanswered(): void {}
  refusedBy(): void {}
  heardOf(): void {}
  dropped(): void {}
  bug(error: unknown): void {
    this.bugs.push(error);
  }
  refused(): void {}
  refusedMessage(_peer: string, claimed: string, reason: string): void {
    this.refusals.push([claimed, reason]);
  }
  isMine = () => false;
  opened(): void {}
  contested(): void {}
  refusedOf({ address }: SystemId): void {
    this.refusedOfPeers.push(address);
  }
  readClock(_id: SystemId, clockMs: number): void {
    this.clocks.push(clockMs);
  }
  closed(): void {}

  meet(_life: SystemId, _from: string, listener: MetListener): () => void {
    if (this.isMet === undefined) this.introductions.push(listener);
    else listener(this.isMet ? "met" : "missed");
    return () => void this.meetingsEnded++;
  }

  receive(counter: number, message: Marshalled): void {
    this.kept.push([counter, message]);
  }

  /** What it was told, read now. */
  get told(): [counter: number, message: unknown][] {
    return this.kept.map(([counter, { bytes, start, end }]) => [
      counter,
      msgpackDecode(bytes.slice(start, end)),
    ]);
  }
}
