/**
 * Messages of GMCP: a name, and JSON behind it where there is any.
 *
 * @module
 */

import { doorLimits } from "../../../limits.ts";
import { escapedJson } from "../../../rpc/mod.ts";

/** A message. */
export interface GmcpMessage {
  /** As `Char.Vitals`. Case does not matter. */
  readonly name: string;
  /** `undefined`: there is none. */
  readonly data: unknown;
}

/** The bytes of a message, whatever is in it on one line. */
export function gmcpBytes({ name, data }: GmcpMessage): Uint8Array {
  return new TextEncoder().encode(data === undefined ? name : `${name} ${escapedJson(data)}`);
}

/** Reads a message. @returns `undefined` when it is none. */
export function parseGmcp(bytes: Uint8Array): GmcpMessage | undefined {
  if (bytes.length > doorLimits.subnegotiationBytesMax) return undefined;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const [, name, json] = /^\s*([\w-]+(?:\.[\w-]+)*)(?:\s+([^]*\S))?\s*$/.exec(text) ?? [];
    if (name === undefined) return undefined;
    return { name, data: json === undefined ? undefined : JSON.parse(json) };
  } catch {
    return undefined;
  }
}
