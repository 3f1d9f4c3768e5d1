/**
 * Figures as people read them.
 *
 * @module
 */

const units = ["B", "KiB", "MiB", "GiB", "TiB"];

/** `12.3 MiB` */
export function bytesText(bytes) {
  let unit = 0;
  for (; bytes >= 1024 && unit < units.length - 1; unit++) bytes /= 1024;
  return `${round(bytes)} ${units[unit]}`;
}

/** `1.2 s`, `340 ms`, `3 min` */
export function durationText(ms) {
  if (ms < 1_000) return `${round(ms)} ms`;
  if (ms < 60_000) return `${round(ms / 1_000)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${Math.floor(ms / 3_600_000)} h` : `${Math.floor(ms / 86_400_000)} d`;
}

/** `12,345`, `12.3` */
export function countText(count) {
  return round(count).toLocaleString("en-US");
}

function round(value) {
  return value >= 100 || Number.isInteger(value) ? Math.round(value) : Math.round(value * 10) / 10;
}
