import { cmudProtocol } from "./cmud_protocol.ts";
import type { LoadTarget } from "./load_target.ts";
import { startOwnProcess } from "./own_process.ts";
import { countersOf } from "./process_counters.ts";

/** What a server is started with. */
export interface ServerProcessOptions {
  queryActorCount: number;
  /** At the most, as no actor has two; if absent, the server chooses. */
  threads?: number;
  /** Further arguments of `cmud server`. */
  args?: readonly string[];
  /** Ends it when it is aborted. */
  signal?: AbortSignal;
}

/** A server in a process of its own, so that it and the load each have a core. */
export interface ServerProcess extends LoadTarget {
  pid: number;
  /** Its system port. */
  systemAddress: string;
  /** Stops it; resolves when it is gone. */
  stop(): Promise<void>;
}

/** Starts a server on free ports. */
export async function startServerProcess(
  { queryActorCount, threads, args = [], signal }: ServerProcessOptions,
): Promise<ServerProcess> {
  const threadArgs = threads === undefined ? [] : [
    "--threads",
    String(Math.min(threads, queryActorCount)),
  ];
  const { pid, firstLine, stop } = await startOwnProcess(
    [
      ...["server", "--port", "0", "--actors", String(queryActorCount), "--json"],
      ...threadArgs,
      ...args,
    ],
    signal,
  );
  const { address, queryAddresses } = JSON.parse(firstLine);
  return {
    pid,
    systemAddress: address,
    addresses: queryAddresses,
    protocol: cmudProtocol,
    counters: () => countersOf(pid),
    stop,
  };
}
