const zero = 0x30;
const minus = 0x2d;

/** Greater ones are looked at as bigints, because numbers would round them. */
const exactDigits = 15;

const int64Max = 2n ** 63n - 1n;
const int64Min = -(2n ** 63n);

/**
 * The signed 64-bit integer that `bytes[start..end)` spell in its shortest form; `NaN` when they do not.
 * One that is not a safe integer is rounded.
 */
export function integerIn(bytes: Uint8Array, start: number, end: number): number {
  const isNegative = bytes[start] === minus && start < end;
  const first = isNegative ? start + 1 : start;
  const digits = end - first;
  if (digits === 1 && bytes[first] === zero) return isNegative ? NaN : 0;
  if (digits < 1 || digits > 19 || bytes[first] === zero) return NaN;
  let value = 0;
  for (let at = first; at < end; at++) {
    const digit = bytes[at] - zero;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  if (digits > exactDigits) return roundedInt64(bytes, start, end);
  return isNegative ? -value : value;
}

function roundedInt64(bytes: Uint8Array, start: number, end: number): number {
  const value = BigInt(String.fromCharCode(...bytes.subarray(start, end)));
  return value >= int64Min && value <= int64Max ? Number(value) : NaN;
}

/** Writes a safe integer in decimal to `into` at `at`, where 20 bytes are free. @returns where it ends. */
export function writeDecimal(into: Uint8Array, at: number, value: number): number {
  if (value < 0) {
    into[at++] = minus;
    value = -value;
  }
  if (value < 10) {
    into[at] = zero + value;
    return at + 1;
  }
  let length = 1;
  for (let power = 10; power <= value; power *= 10) length++;
  for (let i = at + length - 1; i >= at; i--) {
    const rest = Math.floor(value / 10);
    into[i] = zero + (value - rest * 10);
    value = rest;
  }
  return at + length;
}
