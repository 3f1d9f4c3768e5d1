import { logLimits } from "../limits.ts";
import { escapeControl, escapedJson } from "../rpc/mod.ts";
import { cut, type LogFields, type LogRecord } from "./record.ts";

/** How lines of a log are written: for people, or for programs. */
export const logFormats = ["text", "json"] as const;

/** How lines of a log are written. */
export type LogFormat = typeof logFormats[number];

/** Texts shorter than this are not cut any shorter. */
const textCharsMin = 8;

/**
 * A record as one line, without its line break: printable, and at most `lineCharsMax` long, whatever
 * the texts of others in it are.
 *
 * As text: time, level and message, and behind them the fields that the message does not say, as
 * `name=value`. As JSON: an object with `time`, `level`, `message` and all fields.
 */
export function formatRecord(record: LogRecord, format: LogFormat): string {
  const write = format === "json" ? asJson : asText;
  let line = write(record);
  for (let chars = logLimits.traceCharsMax; line.length > logLimits.lineCharsMax; chars >>= 1) {
    if (chars < textCharsMin) return write({ ...record, fields: {} });
    line = write({ ...record, fields: shortened(record.fields, chars) });
  }
  return line;
}

function shortened(fields: LogFields, charsMax: number): LogFields {
  const short = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === "string" ? cut(value, charsMax) : value,
  ]);
  return Object.fromEntries(short);
}

function asText(record: LogRecord): string {
  const { level, template, fields } = record;
  const rest = Object.entries(fields)
    .filter(([name]) => !template.includes(`{${name}}`))
    .map(([name, value]) => ` ${name}=${asWord(value)}`);
  const message = escapeControl(messageOf(record));
  return `${timeOf(record)} ${level.padEnd(5)} ${message}${rest.join("")}${repeats(record)}`;
}

function asJson(record: LogRecord): string {
  const { level, fields, count } = record;
  const repeated = count === 1 ? {} : { count, seconds: secondsOf(record) };
  const message = messageOf(record);
  return escapedJson({ ...fields, time: timeOf(record), level, message, ...repeated });
}

/** The template with the values of its fields. */
function messageOf({ template, fields }: LogRecord): string {
  return template.replace(/\{(\w+)\}/g, (place, name) => String(fields[name] ?? place));
}

/** Quotes a value that is no plain word, so that no value reads as several. */
function asWord(value: LogFields[string]): string {
  return typeof value === "string" && !/^[\w.:/+-]+$/.test(value)
    ? escapedJson(value)
    : String(value);
}

function timeOf({ timeMs }: LogRecord): string {
  return new Date(timeMs).toISOString();
}

function repeats(record: LogRecord): string {
  const { count } = record;
  if (count === 1) return "";
  return ` (${count.toLocaleString("en-US")} times in ${secondsOf(record)} s)`;
}

function secondsOf({ timeMs, sinceMs }: LogRecord): number {
  return Math.max(1, Math.ceil((timeMs - sinceMs) / 1_000));
}
