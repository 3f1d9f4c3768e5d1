import { mismatch, MsgpackError, type MsgpackReader } from "../rpc/mod.ts";
import { expectStr, expectUint, expectValue, type Value } from "./call_codec.ts";

/** A key whose entry has changed, or was there when a watch began. */
export interface WatchedChange {
  /** Begins with the prefix that is watched. */
  key: string;
  /** `undefined` when it was deleted or has expired. */
  value: Value | undefined;
  /** Names the write, the same everywhere: of two writes of a key they differ. */
  version: Uint8Array;
}

/** What a watch is told: changes; or that all has been told that was there when it began. */
export interface WatchNotice {
  id: number;
  /** `undefined`: that was all. */
  changes: WatchedChange[] | undefined;
}

/** Reads the params of a notification; `undefined` when it is none of a watch. */
export function readWatchNotice(method: string, reader: MsgpackReader): WatchNotice | undefined {
  if (method !== "Changed" && method !== "Initial") return undefined;
  const id = expectUint(reader);
  if (method === "Initial") return { id, changes: undefined };
  const count = reader.arrayHeader();
  if (count === mismatch) throw new MsgpackError("the changes of a watch are not an array");
  const changes: WatchedChange[] = [];
  for (let i = 0; i < count; i++) {
    if (reader.arrayHeader() !== 3) throw new MsgpackError("a change is not of three parts");
    const key = expectStr(reader);
    const value = reader.nil() ? undefined : expectValue(reader);
    const version = reader.bin()?.slice();
    if (version === undefined) throw new MsgpackError("the version of a change is not a bin");
    changes.push({ key, value, version });
  }
  return { id, changes };
}
