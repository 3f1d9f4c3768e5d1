import { commands } from "./codes.ts";
import type { Verb } from "./telnet_parser.ts";

/** Where one side is with an option: after the Q method of RFC 1143, without its queue. */
type Side = "no" | "yes" | "wanted" | "unwanted";

/**
 * Which options are on, of those that this end offers and of those that it asks of the client. An answer is
 * given only to what changes something, so that two ends never answer each other without end.
 */
export class Negotiation {
  readonly #send: (bytes: Uint8Array) => void;
  /** Options that this end may use, and the client may. */
  readonly #mayUse: ReadonlySet<number>;
  readonly #mayAsk: ReadonlySet<number>;
  readonly #own = new Map<number, Side>();
  readonly #theirs = new Map<number, Side>();
  /** Called when an option is on or off, of this end (`isOwn`) or of the client. */
  onChange: (option: number, isOwn: boolean, isOn: boolean) => void = () => {};

  /**
   * @param mayUse options that this end uses when it is asked to
   * @param mayAsk options that the client may use
   */
  constructor(
    mayUse: Iterable<number>,
    mayAsk: Iterable<number>,
    send: (bytes: Uint8Array) => void,
  ) {
    this.#mayUse = new Set(mayUse);
    this.#mayAsk = new Set(mayAsk);
    this.#send = send;
  }

  /** Whether this end uses an option. */
  uses(option: number): boolean {
    return this.#own.get(option) === "yes";
  }

  /** Whether the client does. */
  isUsed(option: number): boolean {
    return this.#theirs.get(option) === "yes";
  }

  /** Whether the client has not said yet what it thinks of an option that it was asked for. */
  isPending(option: number): boolean {
    return [this.#own, this.#theirs].some((side) => side.get(option) === "wanted");
  }

  /** Offers to use an option, or says that it is not used any more. */
  use(option: number, isOn = true): void {
    this.#begin(this.#own, option, isOn, isOn ? "will" : "wont");
  }

  /** Asks the client to use an option. */
  ask(option: number): void {
    this.#begin(this.#theirs, option, true, "do");
  }

  /** Takes what the client says of an option. */
  take(verb: Verb, option: number): void {
    const isOwn = verb === "do" || verb === "dont";
    const isOn = verb === "do" || verb === "will";
    const side = isOwn ? this.#own : this.#theirs;
    const before = side.get(option) ?? "no";
    const isAnswer = before === "wanted" || before === "unwanted";
    const may = (isOwn ? this.#mayUse : this.#mayAsk).has(option);
    if (isOn && before === "unwanted") return this.#set(side, option, "no", isOwn);
    if (isOn && !isAnswer && before === "no") {
      this.#say(isOwn ? (may ? "will" : "wont") : (may ? "do" : "dont"), option);
      if (!may) return;
    }
    if (!isOn && before === "yes") this.#say(isOwn ? "wont" : "dont", option);
    this.#set(side, option, isOn ? "yes" : "no", isOwn);
  }

  #begin(side: Map<number, Side>, option: number, isOn: boolean, verb: Verb): void {
    const before = side.get(option) ?? "no";
    if (isOn ? before === "yes" || before === "wanted" : before === "no" || before === "unwanted") {
      return;
    }
    side.set(option, isOn ? "wanted" : "unwanted");
    this.#say(verb, option);
  }

  #set(side: Map<number, Side>, option: number, to: Side, isOwn: boolean): void {
    const wasOn = side.get(option) === "yes";
    side.set(option, to);
    const isOn = to === "yes";
    if (wasOn !== isOn) this.onChange(option, isOwn, isOn);
  }

  #say(verb: Verb, option: number): void {
    this.#send(Uint8Array.of(commands.iac, commands[verb], option));
  }
}
