import { bytesOf, integerOf, isOption, option } from "./arguments.ts";
import type { CommandCall } from "./command.ts";
import { CommandError, refusals, untilZero } from "./errors.ts";
import { noExpiry } from "./keyspace.ts";

/** How the argument of an expiry is to be read. */
export interface ExpiryUnit {
  /** Milliseconds that each unit has. */
  readonly unitMs: 1 | 1_000;
  /** Whether it counts from the epoch, and not from now on. */
  readonly isAbsolute: boolean;
}

/** The units, by the options of `SET` that stand for them. */
export const units = {
  EX: { unitMs: 1_000, isAbsolute: false },
  PX: { unitMs: 1, isAbsolute: false },
  EXAT: { unitMs: 1_000, isAbsolute: true },
  PXAT: { unitMs: 1, isAbsolute: true },
} as const satisfies Record<string, ExpiryUnit>;

const unitOptions = Object.entries(units).map(([name, unit]) => ({ word: option(name), unit }));

const int64Max = 2 ** 63;

/** Times are integers of 64 bits in Redis. A later one than that of a safe integer comes to the same here. */
const expiresAtMax = Number.MAX_SAFE_INTEGER;

/** The unit that argument `i` names, if another one follows it. */
function unitAt(call: CommandCall, i: number): ExpiryUnit | undefined {
  if (i + 1 >= call.args.count) return undefined;
  return unitOptions.find(({ word }) => isOption(call, i, word))?.unit;
}

/**
 * The time at which something expires, by argument `i`: milliseconds since the epoch.
 *
 * @param name of the command, for its refusal
 * @param isPositive whether only times are allowed that are above 0, as they are given
 * @throws {CommandError} when it is none.
 */
export function expiresAtOf(
  call: CommandCall,
  i: number,
  { unitMs, isAbsolute }: ExpiryUnit,
  name: string,
  isPositive: boolean,
): number {
  const given = integerOf(call, i);
  const ms = given * unitMs;
  const sum = isAbsolute ? ms : ms + call.host.now();
  // What is an integer of 64 bits as it stands cannot be too great.
  const isAsGiven = unitMs === 1 && isAbsolute;
  const overflows = !isAsGiven && (ms < -int64Max || sum >= int64Max);
  if (overflows || (isPositive && given <= 0)) {
    throw new CommandError(`ERR invalid expire time in '${name}' command`);
  }
  return Math.min(sum, expiresAtMax);
}

/** How long an entry still lives: 0 in its last millisecond, and never below 0. */
export function ttlMsOf({ host, keyspace }: CommandCall, n: number): number {
  return Math.max(0, keyspace.entries.expiresAtOf(n) - host.now());
}

const conditions = {
  nx: option("NX"),
  xx: option("XX"),
  gt: option("GT"),
  lt: option("LT"),
};

/** When an expiry is to be set, whatever there is of one. */
export class ExpiryCondition {
  #nx = false;
  #xx = false;
  #gt = false;
  #lt = false;

  /** Reads the options from argument `first` on. @throws {CommandError} when they make no sense. */
  constructor(call: CommandCall, first: number) {
    for (let i = first; i < call.args.count; i++) {
      if (isOption(call, i, conditions.nx)) this.#nx = true;
      else if (isOption(call, i, conditions.xx)) this.#xx = true;
      else if (isOption(call, i, conditions.gt)) this.#gt = true;
      else if (isOption(call, i, conditions.lt)) this.#lt = true;
      else throw new CommandError(unsupported(call, i));
    }
    if (this.#nx && (this.#xx || this.#gt || this.#lt)) {
      throw new CommandError(
        "ERR NX and XX, GT or LT options at the same time are not compatible",
      );
    }
    if (this.#gt && this.#lt) {
      throw new CommandError("ERR GT and LT options at the same time are not compatible");
    }
  }

  /** Whether an expiry at `ms` takes the place of the one held, which may be `noExpiry`. */
  allows(held: number, ms: number): boolean {
    const expires = held !== noExpiry;
    if (this.#nx && expires) return false;
    if (this.#xx && !expires) return false;
    if (this.#gt && (!expires || ms <= held)) return false;
    return !(this.#lt && expires && ms >= held);
  }
}

function unsupported({ args }: CommandCall, i: number): string {
  return `ERR Unsupported option ${new TextDecoder().decode(untilZero(bytesOf(args, i)))}`;
}

/** What the options of `SET` and `GETEX` say. */
export interface StringOptions {
  readonly onlyNew: boolean;
  readonly onlyHeld: boolean;
  readonly returnsOld: boolean;
  readonly keepsExpiry: boolean;
  readonly persists: boolean;
  /** Where the time of the expiry stands; 0: there is none. */
  readonly expiryAt: number;
  readonly unit: ExpiryUnit;
}

const words = {
  nx: option("NX"),
  xx: option("XX"),
  get: option("GET"),
  keepTtl: option("KEEPTTL"),
  persist: option("PERSIST"),
};

/**
 * Reads the options of `SET`, or those of `GETEX`, from argument `first` on.
 *
 * @throws {CommandError} when they make no sense together.
 */
export function stringOptions(call: CommandCall, first: number, isSet: boolean): StringOptions {
  let [onlyNew, onlyHeld, returnsOld, keepsExpiry, persists] = [false, false, false, false, false];
  let expiryAt = 0;
  let unit: ExpiryUnit | undefined;
  for (let i = first; i < call.args.count; i++) {
    const found = keepsExpiry || persists ? undefined : unitAt(call, i);
    if (isSet && !onlyHeld && isOption(call, i, words.nx)) onlyNew = true;
    else if (isSet && !onlyNew && isOption(call, i, words.xx)) onlyHeld = true;
    else if (isSet && isOption(call, i, words.get)) returnsOld = true;
    else if (isSet && unit === undefined && isOption(call, i, words.keepTtl)) keepsExpiry = true;
    else if (!isSet && unit === undefined && isOption(call, i, words.persist)) persists = true;
    else if (found !== undefined && (unit === undefined || unit === found)) {
      unit = found;
      expiryAt = ++i;
    } else throw new CommandError(refusals.syntax);
  }
  return { onlyNew, onlyHeld, returnsOld, keepsExpiry, persists, expiryAt, unit: unit ?? units.PX };
}
