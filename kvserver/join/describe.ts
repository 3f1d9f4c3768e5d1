import { type ActorRef, clusterOfRefusal } from "../../actor/mod.ts";
import { authCall } from "../../kvcommon/mod.ts";
import {
  type Call,
  type CallOptions,
  type Dialer,
  type Environment,
  isRetriable,
  isUnintelligible,
  RpcConnection,
  RpcError,
} from "../../rpc/mod.ts";
import { syncActorOf } from "./description.ts";
import { JoinError } from "./join_error.ts";

/** `Describe [{"cluster": name}]` on a system port. A result of another type is none of a description's. */
function describeCall(cluster: string): Call<string | undefined> {
  return {
    method: "Describe",
    repeatable: true,
    writeParams(writer) {
      writer.arrayHeader(1);
      writer.mapHeader(1);
      writer.str("cluster");
      writer.str(cluster);
    },
    readResult: (reader) => reader.str(),
  };
}

/**
 * Asks the system port at `address` for the sync actor of its server.
 *
 * @param cluster that the server must belong to
 * @param token shown there; default: none
 * @throws {ConnectionError | TimeoutError} when nobody answers there; {RpcError} of the code
 * `unavailable` or `overloaded` when its server cannot say yet; {JoinError} when what answers cannot be
 * joined; the signal's reason.
 */
export async function fetchSyncActor(
  address: string,
  cluster: string,
  dialer: Dialer,
  environment: Environment,
  options: CallOptions,
  token?: string,
): Promise<ActorRef> {
  const opening = token === undefined ? undefined : authCall(token);
  const connection = new RpcConnection(address, dialer, environment, undefined, opening);
  try {
    return readSyncActor(await connection.call(describeCall(cluster), options), address);
  } catch (error) {
    const why = whyNever(error, cluster);
    if (why === undefined) throw error;
    throw new JoinError(address, `Cannot join ${address}: ${why}`, { cause: error });
  } finally {
    await connection.close();
  }
}

function readSyncActor(description: string | undefined, address: string): ActorRef {
  // Servers of version 0.1.0 answer with an empty text while they read their data.
  if (description === "") throw new RpcError("unavailable", "It is still starting", { address });
  try {
    if (description === undefined) throw new TypeError("A description is a str");
    return syncActorOf(description);
  } catch (cause) {
    const why = (cause as Error).message;
    const message = `Cannot join ${address}: it does not describe itself as this version can ` +
      `read it (${why})`;
    throw new JoinError(address, message, { cause });
  }
}

/**
 * Why what answers will not do so otherwise at the next try; `undefined` when it may.
 *
 * @param cluster of this server
 */
function whyNever(error: unknown, cluster: string): string | undefined {
  if (isUnintelligible(error)) {
    return `it is no system port: what answers there does not speak as a cmud server does; ` +
      `by default 6000 is the system port`;
  }
  if (!(error instanceof RpcError) || isRetriable(error)) return undefined;
  if (error.code === "unauthorized") {
    return "it lets nobody in who shows no token of the role peer that it knows (--token-file)";
  }
  if (error.code === "unknown_method") {
    return "it is no system port; a server prints its own when it starts, by default that is the " +
      "port before its first query port";
  }
  const other = clusterOfRefusal(error);
  return other === undefined
    ? `it says ${JSON.stringify(error.message.slice(0, 200))}`
    : `it belongs to the cluster "${other}", this server to "${cluster}" (--cluster)`;
}
