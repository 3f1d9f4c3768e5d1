import type { LoadProtocol } from "./load_protocol.ts";
import type { ProcessCounters } from "./process_counters.ts";

/** A server that can be put under load. */
export interface LoadTarget {
  /** Where it takes requests; connections are spread over them. */
  addresses: readonly string[];
  protocol: LoadProtocol;
  /** What its process has used so far, if anyone can tell. */
  counters(): Promise<ProcessCounters | undefined>;
}
