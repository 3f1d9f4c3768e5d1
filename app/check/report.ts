import type { DigestPart, KeyRange } from "../../kvclient/mod.ts";
import { escapeControl, escapedJson } from "../../rpc/mod.ts";
import { counted } from "../cli/numbers.ts";
import { tableText } from "../cli/table.ts";
import type { Style } from "../cli/style.ts";
import type { CheckResult } from "./check.ts";
import type { DifferentKey, DifferentRange } from "./differences.ts";

/** What a check has found, as one JSON object on a line. */
export function reportJson(
  { replicas, unnamed, totals, differences, isEqual }: CheckResult,
): string {
  const addresses = replicas.map(({ address }) => address);
  return escapedJson({
    equal: isEqual,
    replicas: replicas.map(({ address, server }, i) => ({
      address,
      server,
      entries: totals[i].count,
      digest: totals[i].digest,
    })),
    keys: differences.keys.map(({ key, held }) => ({
      key,
      held: versionsOf(held).map(({ part, at }) => ({
        at: at.map((i) => addresses[i]),
        ...part === undefined ? { absent: true } : {
          digest: part.digest,
          order: part.order,
          deleted: part.isDeleted,
        },
      })),
    })),
    ranges: differences.ranges.map(({ from, to, counts }) => ({ from, to, entries: counts })),
    unnamed: unnamed.map(({ address, state }) => ({ address, state })),
  }) + "\n";
}

/** What a check has found, for people: a line when all are equal, else what differs. */
export function reportText(result: CheckResult, style: Style, columns: number): string {
  const { replicas, totals, differences, isEqual } = result;
  const servers = new Set(replicas.map(({ server }) => server)).size;
  const all = `${counted(replicas.length, "replica")} of ${counted(servers, "server")}`;
  if (isEqual) {
    const [{ count, digest }] = totals;
    const are = replicas.length === 1 ? ", with no other to compare" : " are equal";
    // Not grouped: it is compared with the figures of other lines.
    const entries = `${count} ${count === 1 ? "entry" : "entries"}`;
    return `${all}${are}: ${entries}, digest ${digest}${underWayText(result)}\n`;
  }
  const addresses = replicas.map(({ address }) => address);
  const rows = replicas.map(({ address, server }, i) => ({
    cells: [address, server, `${totals[i].count}`, totals[i].digest].map(escapeControl),
  }));
  return [
    style.bold(`${all} are not equal:\n`),
    tableText(["address", "server", "entries", "digest"], rows, { style, columns }),
    ...differences.keys.map((key) => keyText(key, addresses, style)),
    ...differences.ranges.map((range) => rangeText(range)),
  ].join("");
}

function underWayText({ differences: { keys } }: CheckResult): string {
  if (keys.length === 0) return "";
  return `, but for ${
    keys.length === 1 ? "a key that is" : `${keys.length} keys that are`
  } written now`;
}

function keyText(
  { key, held }: DifferentKey,
  addresses: readonly string[],
  style: Style,
): string {
  const lines = versionsOf(held).map(({ part, at }) =>
    `  ${versionText(part)} at ${at.map((i) => escapeControl(addresses[i])).join(", ")}\n`
  );
  return [`${style.bold(escapedJson(key))}\n`, ...lines].join("");
}

function versionText(part: DigestPart | undefined): string {
  if (part?.order === undefined) return "absent";
  const [timestamp, sequence, uid] = part.order;
  const time = timestamp <= 8.64e15 ? new Date(timestamp).toISOString() : `${timestamp}`;
  const what = part.isDeleted ? "deleted" : "written";
  const which = part.digest.slice(0, 8);
  return `${what} ${time} (${sequence}) by ${escapeControl(uid)}, digest ${which}`;
}

function rangeText({ from, to, counts }: DifferentRange): string {
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const entries = least === most ? `${most}` : `${least} to ${most}`;
  return `${boundsText({ from, to })}: ${entries} entries differ somewhere\n`;
}

function boundsText({ from, to }: KeyRange): string {
  const begin = from === undefined ? "all keys" : `keys from ${escapedJson(from)}`;
  return to === undefined ? begin : `${begin} up to ${escapedJson(to)}, that one excluded`;
}

/** What is held of a key, each version once, and by which of the replicas. */
function versionsOf(
  held: readonly (DigestPart | undefined)[],
): { part: DigestPart | undefined; at: number[] }[] {
  const versions = new Map<string | undefined, { part: DigestPart | undefined; at: number[] }>();
  held.forEach((part, i) => {
    const version = versions.get(part?.digest);
    if (version === undefined) versions.set(part?.digest, { part, at: [i] });
    else version.at.push(i);
  });
  return [...versions.values()];
}
