import { wireLimits } from "../../limits.ts";
import { isSame, startAlike } from "../wire/bytes.ts";
import type { ReplyWriter } from "../wire/reply_writer.ts";
import { CommandError } from "./errors.ts";
import { Glob } from "./glob.ts";
import { type KeyEvent, keyeventChannels, keyEvents, keyspaceChannels } from "./key_events.ts";

/** Bytes of the longest name of a channel: that of the longest key. */
const nameBytesMax = keyspaceChannels.length + wireLimits.keyBytesMax;

/** Room for the name of a channel that is matched. */
const channel = new Uint8Array(nameBytesMax);

const message = new TextEncoder().encode("message");
const patternMessage = new TextEncoder().encode("pmessage");

/** What a client listens to: the messages of a channel, or of all channels that match a pattern. */
export class Subscription {
  /** The channel or the pattern. */
  readonly name: Uint8Array;
  /** What the keys begin with of which it is told. */
  readonly prefix: Uint8Array;
  /** Absent for a single channel. */
  #glob: Glob | undefined;
  /** Whether messages of keys' channels may be among those that it is told, and those of events' channels. */
  #hearsKeys: boolean;
  #hearsEvents: boolean;

  /**
   * @param name bytes of its own
   * @throws {CommandError} when it is too long, or nothing is ever said there: no client can publish.
   */
  constructor(name: Uint8Array, isPattern: boolean) {
    if (name.length > nameBytesMax) {
      throw new CommandError(
        `ERR the name of the channel has ${name.length} bytes, allowed are ${nameBytesMax}`,
      );
    }
    this.name = name;
    if (isPattern) this.#glob = new Glob(name);
    // What the names of all its channels begin with; that of a single one is known whole.
    const begin = this.#glob?.prefix ?? name;
    this.#hearsKeys = startAlike(begin, keyspaceChannels) &&
      (isPattern || name.length >= keyspaceChannels.length);
    this.#hearsEvents = isPattern
      ? startAlike(begin, keyeventChannels)
      : eventNames.some((event) => isSame(name, event));
    if (!this.#hearsKeys && !this.#hearsEvents) {
      throw new CommandError(
        "ERR nothing is published here but changes of keys, on __keyspace@0__:KEY and on " +
          "__keyevent@0__:set, :del and :expired",
      );
    }
    this.prefix = this.#hearsEvents ? noBytes : begin.subarray(keyspaceChannels.length);
  }

  /** Whether it may be told of the key `bytes[start..end)`, which begins with its prefix. */
  isFor(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#hearsEvents) return true;
    if (this.#glob === undefined) return end - start === this.prefix.length;
    return this.#glob.matches(channel, 0, channelOf(bytes, start, end));
  }

  /** Appends the messages, if there are any, of what happened to the key `bytes[start..end)`. */
  write(reply: ReplyWriter, bytes: Uint8Array, start: number, end: number, event: KeyEvent): void {
    const name = keyEvents[event];
    if (this.#hearsKeys) {
      const length = channelOf(bytes, start, end);
      if (this.#hears(length)) this.#write(reply, length, name, 0, name.length);
    }
    if (this.#hearsEvents) {
      channel.set(keyeventChannels);
      channel.set(name, keyeventChannels.length);
      const length = keyeventChannels.length + name.length;
      if (this.#hears(length)) this.#write(reply, length, bytes, start, end);
    }
  }

  /** Whether it is told what is said on the channel whose name is the first `length` bytes of `channel`. */
  #hears(length: number): boolean {
    return this.#glob?.matches(channel, 0, length) ??
      isSame(this.name, channel.subarray(0, length));
  }

  #write(
    reply: ReplyWriter,
    channelBytes: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (this.#glob === undefined) {
      reply.pushHeader(3);
      reply.bulk(message);
    } else {
      reply.pushHeader(4);
      reply.bulk(patternMessage);
      reply.bulk(this.name);
    }
    reply.bulk(channel, 0, channelBytes);
    reply.bulk(bytes, start, end);
  }
}

const noBytes = new Uint8Array();

const eventNames = Object.values(keyEvents).map((event) =>
  Uint8Array.of(...keyeventChannels, ...event)
);

/** Writes the name of the channel of a key to `channel`. @returns its length. */
function channelOf(bytes: Uint8Array, start: number, end: number): number {
  channel.set(keyspaceChannels);
  for (let i = start; i < end; i++) channel[keyspaceChannels.length + i - start] = bytes[i];
  return keyspaceChannels.length + end - start;
}
