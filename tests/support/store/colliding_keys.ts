import { charsOf } from "../../../simulate/cluster/chars.ts";

/** The number by which multiplying undoes multiplying by an odd `factor`, in 32 bits. */
function inverse(factor: number): number {
  let found = factor;
  // Newton's iteration: each turn doubles the number of right bits.
  for (let i = 0; i < 5; i++) found = Math.imul(found, 2 - Math.imul(factor, found));
  return found;
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** Different keys that all have one hash: to each first word there is a second one that leads to it. */
export function collidingKeys(count: number): string[] {
  const [c1, c2] = [0xcc9e2d51, 0x1b873593];
  return Array.from({ length: count }, (_, i) => {
    const state = Math.imul(rotated(Math.imul(rotated(Math.imul(i, c1), 15), c2), 13), 5);
    const wanted = (state + 0xe6546b64) ^ 0x12345678;
    const second = Math.imul(rotated(Math.imul(wanted, inverse(c2)), 17), inverse(c1));
    const view = new DataView(new ArrayBuffer(8));
    view.setUint32(0, i, true);
    view.setUint32(4, second, true);
    return charsOf(new Uint8Array(view.buffer));
  });
}
