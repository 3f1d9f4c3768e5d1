import type { DamageReport } from "../../kvserver/disk/damage.ts";
import { DamagedDirectoryError } from "../../kvserver/disk/data_error.ts";
import { repairDirectory } from "../../kvserver/disk/repair.ts";
import { Salvage } from "../../kvserver/disk/salvage.ts";
import { noCounter, noExpiry } from "../../kvserver/entry/entry.ts";
import type { ExportedEntry } from "../../kvclient/mod.ts";
import { forEachIn, StoredData } from "../../kvserver/disk/stored_data.ts";
import type { Store } from "../../kvserver/store/mod.ts";
import { decodeUtf8, escapeControl, escapedJson, realEnvironment } from "../../rpc/mod.ts";
import type { Invocation } from "../cli/command_spec.ts";
import type { Console } from "../cli/console.ts";
import { exitCodes } from "../cli/exit_codes.ts";
import { failureText } from "../cli/failure.ts";
import { BatchedOutput, exportLine } from "../kv/entry_text.ts";
import { grouped } from "../cli/numbers.ts";
import { UsageError } from "../cli/usage_error.ts";

/** `cmud data check`. What is damaged is said, all of it; anything else that is in the way is thrown. */
// deno-lint-ignore require-await -- a command is asynchronous by contract
export async function runCheck({ arguments: [dir], options, console }: Invocation) {
  let data: StoredData;
  try {
    data = dataIn(dir!);
  } catch (error) {
    if (!(error instanceof DamagedDirectoryError)) throw error;
    return tellDamage(dir!, error, { options, console });
  }
  const { cluster, newestMs, diskBytes } = data;
  const { size: keys, tombstones } = data.store;
  if (options.json) {
    const found = { sound: true, cluster, keys, tombstones, newestMs, diskBytes };
    console.out(escapedJson(found) + "\n");
    return exitCodes.ok;
  }
  const newest = newestMs === undefined ? "none" : new Date(newestMs).toISOString();
  console.out(
    `${dir} is sound.\n` +
      `  cluster     ${cluster ?? "none yet"}\n` +
      `  keys        ${grouped(keys)}\n` +
      `  tombstones  ${grouped(tombstones)}\n` +
      `  newest Put  ${newest}\n` +
      `  on disk     ${grouped(diskBytes)} bytes\n`,
  );
  return exitCodes.ok;
}

function tellDamage(
  dir: string,
  error: DamagedDirectoryError,
  { options, console }: Pick<Invocation, "options" | "console">,
): number {
  const { store, report } = salvaged(dir);
  const keys = store.size;
  if (options.json) {
    console.out(escapedJson({ sound: false, damage: report.text(), soundKeys: keys }) + "\n");
  }
  console.err(`cmud: ${failureText(error)}\n`);
  tellReport(report, console);
  const noun = keys === 1 ? "key" : "keys";
  console.err(`${grouped(keys)} ${noun} can be had: data export --salvage, data repair\n`);
  return exitCodes.internal;
}

/** `cmud data export` */
// deno-lint-ignore require-await -- a command is asynchronous by contract
export async function runExport({ arguments: [dir], options, console }: Invocation) {
  if (!options.salvage) exportAll(dataIn(dir!).store, console);
  else {
    const { store, report } = salvaged(expectNamed(dir!));
    exportAll(store, console);
    tellReport(report, console);
  }
  return exitCodes.ok;
}

/** `cmud data repair` */
// deno-lint-ignore require-await -- a command is asynchronous by contract
export async function runRepair({ arguments: [from, to], console }: Invocation): Promise<number> {
  const { store, report } = repairDirectory(expectNamed(from!), expectNamed(to!), realEnvironment);
  tellReport(report, console);
  console.out(
    `${to} holds what was sound of ${from}.\n` +
      `  keys        ${grouped(store.size)}\n` +
      `  tombstones  ${grouped(store.tombstones)}\n` +
      `  damage      ${report.isSound ? "none" : `${grouped(report.count)}, see above`}\n`,
  );
  return exitCodes.ok;
}

function exportAll(store: Store, console: Console): void {
  const output = new BatchedOutput(console);
  forEachIn(store, (n) => output.write(exportLine(exportedEntry(store, n))));
  output.flush();
}

function exportedEntry(store: Store, n: number): ExportedEntry {
  const textOf = (bytes: Uint8Array) => decodeUtf8(bytes, 0, bytes.length);
  const value = store.valueOf(n)!;
  const expiresAt = store.expiresAtOf(n);
  const counter = store.counterOf(n);
  return {
    key: textOf(store.keyOf(n)),
    value: store.isBin(n) ? value : textOf(value),
    ...expiresAt === noExpiry ? {} : { expiresAt },
    order: [store.timestampOf(n), store.sequenceOf(n), store.uidOf(n)],
    ...counter === noCounter ? {} : { counter },
  };
}

/** Says what is damaged, on a line each: no more than fits, and of the rest how much it is. */
function tellReport(report: DamageReport, console: Console): void {
  for (const line of report.text()) console.err(`${escapeControl(line)}\n`);
}

function dataIn(dir: string): StoredData {
  const data = StoredData.read(expectNamed(dir));
  goByClock(data.store);
  return data;
}

function salvaged(dir: string): Salvage {
  const salvage = new Salvage(dir);
  goByClock(salvage.store);
  return salvage;
}

/** What has expired by now is hidden here as at a server. */
function goByClock(store: Store): void {
  store.passTime(realEnvironment.now(), Infinity);
}

function expectNamed(dir: string): string {
  if (dir === "") throw new UsageError("Cannot look into no directory: allowed is its path");
  return dir;
}
