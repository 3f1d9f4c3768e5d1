/**
 * What one server must know of another to sync with it, as text that may be copied about.
 *
 * @module
 */

import type { ActorRef } from "../actor/mod.ts";
import {
  type Call,
  MsgpackError,
  parseAddress,
  realEnvironment,
  RpcConnection,
  RpcError,
  tcpTransport,
} from "../rpc/mod.ts";

/** @returns the description of the server that has this sync actor. */
export function describeServer(syncActor: ActorRef, queryAddresses: readonly string[]): string {
  const { address, incarnation, counter } = syncActor;
  return JSON.stringify({ cmud: 1, address, incarnation, syncActor: counter, queryAddresses });
}

/** `Describe []` on a system port. */
const describeCall: Call<string> = {
  method: "Describe",
  repeatable: true,
  writeParams: (writer) => writer.arrayHeader(0),
  readResult(reader) {
    const description = reader.str();
    if (description === undefined) throw new MsgpackError("a description is not a str");
    return description;
  },
};

/**
 * Asks the system port at `address` for its server's description.
 *
 * @throws {ConnectionError | TimeoutError} when nobody answers there; {RpcError} of the code
 * `unknown_method` when that is no system port, `unavailable` when its server has no description yet.
 */
export async function fetchDescription(
  address: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<string> {
  const connection = new RpcConnection(address, tcpTransport, realEnvironment);
  try {
    const description = await connection.call(describeCall, { timeoutMs, signal });
    expectDescription(description, address);
    return description;
  } finally {
    await connection.close();
  }
}

/** Servers of version 0.1.0 answer with an empty text while they read their data. */
function expectDescription(text: string, address: string): void {
  try {
    syncActorOf(text);
  } catch (cause) {
    const message = `Cannot join ${address}: it gives no description of a running server`;
    throw new RpcError("unavailable", message, { cause, address });
  }
}

/** The system port of the server that `description` describes. @throws {TypeError} when it is none. */
export function addressOfDescription(description: string): string {
  return syncActorOf(description).address;
}

/**
 * The sync actor of the server that `description` describes. What a newer version adds is ignored.
 *
 * @throws {TypeError} when it describes none.
 */
export function syncActorOf(description: string): ActorRef {
  try {
    const { cmud, address, incarnation, syncActor: counter } = JSON.parse(description);
    parseAddress(address);
    const isRef = typeof incarnation === "string" &&
      Number.isInteger(counter);
    if (cmud === 1 && isRef) return { address, incarnation, counter };
  } catch {
    // Told below, as any other text that is no description.
  }
  throw new TypeError(
    `Cannot join ${JSON.stringify(description)}: allowed is the description of a running server`,
  );
}
