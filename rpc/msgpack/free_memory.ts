/**
 * Gives the memory of a large buffer back now, because garbage is collected much later: until then as
 * much again may lie about. Nobody may use the buffer any more, nor another view of it. Node 20, where only
 * the client runs, cannot do that, and does without.
 */
export function freeMemory({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer?.(0);
}
