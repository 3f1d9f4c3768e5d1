const headBytes = 8;

export function readLog(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const payloads: Uint8Array[] = [];
  for (let at = 0; at + headBytes <= bytes.length;) {
    const end = at + headBytes + view.getUint32(at);
    // Torn: nobody was told that it is done.
    if (end > bytes.length) break;
    const payload = bytes.subarray(at + headBytes, end);
    const sum = payload.reduce((sum, byte) => (sum + byte) >>> 0, 0);
    if (sum !== view.getUint32(at + 4)) {
      // The last one may have been written in part, in whatever order the disk does that.
      if (end === bytes.length) break;
      throw new Error(`The record at ${at} is damaged`);
    }
    payloads.push(payload);
    at = end;
  }
  return payloads;
}
