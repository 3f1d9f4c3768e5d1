/** What may have happened to a key, as far as subscribers are told. */
export type KeyEvent = "set" | "del" | "expired";

const encoder = new TextEncoder();

/** The names of the events, as they stand in messages. */
export const keyEvents: Readonly<Record<KeyEvent, Uint8Array>> = {
  set: encoder.encode("set"),
  del: encoder.encode("del"),
  expired: encoder.encode("expired"),
};

/** The channels of a key, on which its events are told, begin so; the key follows. */
export const keyspaceChannels = encoder.encode("__keyspace@0__:");

/** The channels of an event, on which its keys are told, begin so; the event's name follows. */
export const keyeventChannels = encoder.encode("__keyevent@0__:");
