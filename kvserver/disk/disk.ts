/** Where a server keeps entries so that they outlive it. The one in use is `DiskThread`. */
export interface Disk {
  /**
   * Writes entries, as an `EntryBatch` writes them, together with all that comes while another write is
   * under way. What the disk refuses is tried again until it takes it.
   *
   * @param batch is taken over
   * @param onWritten called when it is on the medium
   */
  write(batch: Uint8Array<ArrayBuffer>, onWritten: () => void): void;
  /** Remembers the address of another server's system port. */
  rememberPeer(address: string): void;
  /** Told why the disk refuses what is written, and with `undefined` that it no longer does. */
  onFailing: (reason: string | undefined) => void;
}
