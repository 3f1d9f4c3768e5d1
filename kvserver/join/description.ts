/**
 * What one server must know of another to sync with it, as text that may be copied about.
 *
 * @module
 */

import { type ActorRef, isDialable } from "../../actor/mod.ts";

/** The version of descriptions that this program writes and reads. */
const descriptionVersion = 1;

/** Returns the description of the server that has this sync actor. */
export function describeServer(syncActor: ActorRef, queryAddresses: readonly string[]): string {
  const { address, incarnation, counter } = syncActor;
  return JSON.stringify({
    cmud: descriptionVersion,
    address,
    incarnation,
    syncActor: counter,
    queryAddresses,
  });
}

/** Returns the system port of the server that `description` describes. @throws {TypeError} as `syncActorOf`. */
export function addressOfDescription(description: string): string {
  return syncActorOf(description).address;
}

/**
 * Returns the sync actor of the server that `description` describes. Fields that a newer version adds
 * are ignored.
 *
 * @throws {TypeError} when it is no description, or one of another version.
 */
export function syncActorOf(description: string): ActorRef {
  const fields = fieldsOf(description);
  const { cmud: version, address, incarnation, syncActor: counter } = fields;
  if (Number.isSafeInteger(version) && version !== descriptionVersion) {
    throw new TypeError(
      `Cannot join a server that is described in version ${version}: allowed is ` +
        `${descriptionVersion}`,
    );
  }
  if (
    version === descriptionVersion && isAddress(address) && isIncarnation(incarnation) &&
    isCounter(counter)
  ) return { address, incarnation, counter };
  throw new TypeError(
    `Cannot join ${excerptOf(description)}: allowed is the description of a running server`,
  );
}

function fieldsOf(description: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(description));
  } catch {
    return {};
  }
}

/** Whether others can be told to connect there: who is told of another address refuses the whole message. */
function isAddress(value: unknown): value is string {
  return typeof value === "string" && isDialable(value);
}

function isIncarnation(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{16}$/.test(value);
}

function isCounter(value: unknown): value is number {
  return Number.isSafeInteger(value) && value as number > 0;
}

/** A text of another's, on one line and not too long. */
function excerptOf(text: string): string {
  const charsMax = 200;
  return JSON.stringify(text.length > charsMax ? `${text.slice(0, charsMax)}...` : text);
}
