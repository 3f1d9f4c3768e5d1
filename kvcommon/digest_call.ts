import { type Call, mismatch, MsgpackError, type MsgpackReader } from "../rpc/mod.ts";
import {
  expectBool,
  expectOrder,
  expectStr,
  expectUint,
  writeInt,
  writeStr,
} from "./call_codec.ts";

/** A range of keys. */
export interface KeyRange {
  /** The least key of the range. Default: the first one that there is. */
  readonly from?: string;
  /** The least key behind the range. Default: the range has no end. */
  readonly to?: string;
}

/** What a part of a range of keys holds, on one replica. */
export interface DigestPart {
  /** Its first key; absent when it holds none. */
  readonly first?: string;
  /** How many entries it holds, those of deleted keys among them. */
  readonly count: number;
  /** Its digest, 32 hexadecimal digits: replicas that hold the same have the same digest. */
  readonly digest: string;
  /** Of one entry: when and by whom it was written. */
  readonly order?: readonly [timestamp: number, sequence: number, uid: string];
  /** Of one entry: whether it says that its key was deleted. */
  readonly isDeleted?: boolean;
}

/** `Digest [from, to, parts]`: what each part of a range holds, of so many parts or of those that begin so. */
export function digestCall(
  { from, to }: KeyRange,
  parts: number | readonly string[],
): Call<DigestPart[]> {
  return {
    method: "Digest",
    repeatable: true,
    writeParams(writer) {
      writer.arrayHeader(3);
      for (const key of [from, to]) {
        if (key === undefined) writer.nil();
        else writeStr(writer, "key", key);
      }
      if (typeof parts === "number") return writeInt(writer, "number of parts", parts, 1);
      writer.arrayHeader(parts.length);
      for (const key of parts) writeStr(writer, "key", key);
    },
    readResult(reader) {
      const count = reader.arrayHeader();
      if (count === mismatch) throw new MsgpackError("the result of a Digest is not an array");
      return Array.from({ length: count }, () => readDigestPart(reader));
    },
  };
}

function readDigestPart(reader: MsgpackReader): DigestPart {
  const length = reader.arrayHeader();
  if (length !== 3 && length !== 5) throw new MsgpackError("a part of a Digest is malformed");
  const first = reader.nil() ? {} : { first: expectStr(reader) };
  const count = expectUint(reader);
  const bytes = reader.bin();
  if (bytes === undefined) throw new MsgpackError("a digest is no bin");
  const digest = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (length === 3) return { ...first, count, digest };
  const order = expectOrder(reader, "a Digest");
  return { ...first, count, digest, order, isDeleted: expectBool(reader, "a Digest") };
}
