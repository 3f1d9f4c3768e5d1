const headerBytes = 4;

export class FrameCutter {
  #bytesMax: number;
  /** Received, and not cut yet. */
  #rest = new Uint8Array();

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  add(bytes: Uint8Array): Uint8Array[] {
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    const frames: Uint8Array[] = [];
    let at = 0;
    while (all.length - at >= headerBytes) {
      const length = new DataView(all.buffer).getUint32(at);
      if (length > this.#bytesMax) throw new RangeError(`A frame of ${length} bytes`);
      const end = at + headerBytes + length;
      if (end > all.length) break;
      frames.push(all.subarray(at + headerBytes, end));
      at = end;
    }
    this.#rest = all.slice(at);
    return frames;
  }
}
