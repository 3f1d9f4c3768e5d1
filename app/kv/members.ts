import type { Member } from "../../kvclient/mod.ts";
import { escapeControl, escapedJson } from "../../rpc/mod.ts";
import { elapsedText } from "../cli/elapsed_text.ts";
import { exitCodes } from "../cli/exit_codes.ts";
import { type Style, styleFor } from "../cli/style.ts";
import { type TableRow, tableText } from "../cli/table.ts";
import type { KvSession } from "./session.ts";

/** What is shown of a member, by title. */
const shown:
  readonly (readonly [title: string, text: (member: Member, nowMs: number) => string])[] = [
    ["address", ({ address }) => escapeControl(address)],
    ["state", ({ state }) => escapeControl(state)],
    ["since", ({ sinceMs }, nowMs) => agoText(nowMs - sinceMs)],
    ["lag", ({ lagMs }) => lagMs === null ? "-" : millisecondsText(lagMs)],
    ["pending", ({ pendingBytes }) => bytesText(pendingBytes)],
    ["agreed", ({ agreedMs }, nowMs) => agreedMs === null ? "never" : agoText(nowMs - agreedMs)],
    ["tombstones", ({ tombstonesHeld }) => String(tombstonesHeld)],
    ["clock", ({ clockSkewMs }) => clockSkewMs === null ? "-" : skewText(clockSkewMs)],
    ["refused", ({ refusedMessages }) => String(refusedMessages)],
    ["version", ({ version }) => escapeControl(version ?? "-")],
  ];

/** What the keys of all change: a token that is limited to some is not told it. */
const ofAllKeys = ["lag", "pending", "agreed", "tombstones", "refused"];

/** Prints the servers that a server knows, itself first. */
export async function printMembers(
  { client, console, format, signal }: KvSession,
  style: Style = styleFor(console, "stdout", {}),
): Promise<number> {
  const members = await client.members({ signal });
  const columns = console.terminal?.columns() || Infinity;
  console.out(
    format === "json"
      ? members.map((member) => `${escapedJson(member)}\n`).join("")
      : tableText(shown.map(([title]) => title), rowsOf(members), { style, columns }),
  );
  return exitCodes.ok;
}

function rowsOf(members: readonly Member[]): TableRow[] {
  const [self] = members;
  // By the clock of the server that tells it: a server always agrees with itself.
  const nowMs = self?.agreedMs ?? Date.now();
  // Who is not told even that is told nothing that others' keys change.
  const isLimited = self?.agreedMs === null;
  return members.map((member) => ({
    cells: shown.map(([title, text]) =>
      isLimited && ofAllKeys.includes(title) ? "-" : text(member, nowMs)
    ),
  }));
}

function agoText(ms: number): string {
  return ms < 1_000 ? "now" : elapsedText(ms);
}

function millisecondsText(ms: number): string {
  return ms < 10_000 ? `${ms} ms` : elapsedText(ms);
}

function skewText(ms: number): string {
  return `${ms < 0 ? "-" : "+"}${millisecondsText(Math.abs(ms))}`;
}

function bytesText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = bytes < 1_024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${power === 0 ? bytes : (bytes / 1_024 ** power).toFixed(1)} ${units[power]}`;
}
