import { FrameForm, Watch, WatchRoom } from "../../kvserver/watch/mod.ts";
import type { Store } from "../../kvserver/store/mod.ts";
import { type Limits, withLimits } from "../../limits.ts";
import { frameHeaderBytes, frameLength, MsgpackWriter } from "../../rpc/mod.ts";
import { msgpackDecode } from "../deps.ts";
import { charsOf } from "../../simulate/cluster/chars.ts";
import { bytesOf } from "../support/store/stores.ts";

/** A change as a test writes it: the key, the value or `null`, the version. */
export type ToldChange = [key: string, value: unknown, version: string];

/** What a watch tells: a change, or that all is told that was there. */
export type Told = ToldChange | "initial";

/** A watch of a store by itself, and what it tells. */
export class ToldWatch {
  readonly watch: Watch;
  readonly room: WatchRoom;
  #limits: Limits;

  constructor(
    store: Store,
    prefix: string,
    isInitial = false,
    limits: Partial<Limits> = {},
  ) {
    this.#limits = withLimits(limits);
    this.room = new WatchRoom(this.#limits);
    this.watch = new Watch(
      1,
      new FrameForm(7, store),
      bytesOf(prefix),
      isInitial,
      store,
      this.room,
    );
  }

  /** What it tells in one go: changes, and where all is told that was there. */
  tell(bytesMax = this.#limits.notificationBytes): Told[] {
    const writer = new MsgpackWriter();
    this.watch.tell(writer, bytesMax, this.#limits);
    return notificationsIn(writer.written()).flatMap(([method, params]): Told[] => {
      if (method === "Initial") return ["initial"];
      return (params[1] as unknown[][]).map(([key, value, version]): ToldChange => [
        key as string,
        value,
        charsOf(version as Uint8Array),
      ]);
    });
  }

  /** All that it has to tell. */
  tellAll(bytesMax?: number): Told[] {
    const told: Told[] = [];
    while (this.watch.isDue) told.push(...this.tell(bytesMax));
    return told;
  }
}

/** The notifications in frames: of each its method and its params. */
export function notificationsIn(frames: Uint8Array): [method: string, params: unknown[]][] {
  const notifications: [string, unknown[]][] = [];
  for (let at = 0; at < frames.length;) {
    const start = at + frameHeaderBytes;
    at = start + frameLength(frames, at);
    const [type, method, params] = msgpackDecode(frames.slice(start, at)) as unknown[];
    if (type !== 2) throw new Error(`no notification: ${type}`);
    notifications.push([method as string, params as unknown[]]);
  }
  return notifications;
}
