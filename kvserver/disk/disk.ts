import type { AwayServer, ForgottenServer } from "../messages/known_servers.ts";

/** Persists the entries of a server. `DiskThread` is the real one. */
export interface Disk {
  /**
   * Writes batches of the log (`log_batch.ts`), all of them or none, together with all that come while another
   * write is under way. A write that the disk refuses is tried again until the disk accepts it.
   *
   * @param batches belong to the disk from then on; one at the least
   * @param onWritten called when they are on the medium
   */
  write(batches: readonly Uint8Array<ArrayBuffer>[], onWritten: () => void): void;
  /** Remembers the address of another server's system port. */
  rememberPeer(address: string): void;
  /** Remembers that another server is to be known no more. */
  forgetPeer(server: ForgottenServer): void;
  /** Notes for how long other servers have been away. */
  noteAway(servers: readonly AwayServer[]): void;
  /** Called with the reason when the disk refuses writes, with `undefined` when it no longer does. */
  onFailing: (reason: string | undefined) => void;
}
