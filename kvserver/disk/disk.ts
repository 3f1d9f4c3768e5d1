import type { ForgottenServer } from "../messages/known_servers.ts";

/** Persists the entries of a server. `DiskThread` is the real one. */
export interface Disk {
  /**
   * Writes entries, as an `EntryBatch` writes them, together with all batches that come while another
   * write is under way. A write that the disk refuses is tried again until the disk accepts it.
   *
   * @param batch belongs to the disk from then on
   * @param onWritten called when it is on the medium
   */
  write(batch: Uint8Array<ArrayBuffer>, onWritten: () => void): void;
  /** Remembers the address of another server's system port. */
  rememberPeer(address: string): void;
  /** Remembers that another server is to be known no more. */
  forgetPeer(server: ForgottenServer): void;
  /** Called with the reason when the disk refuses writes, with `undefined` when it no longer does. */
  onFailing: (reason: string | undefined) => void;
}
