import { keyKinds } from "../../game/mod.ts";
import { ownersPrefix } from "../names/owners.ts";
import { auditPrefix, rulesPrefix } from "./rule_keys.ts";

/** Below these stands all that a game is: its world, the owners of its names, and what its keeper has laid down. */
export const gamePrefixes: readonly string[] = [
  ...keyKinds.map((kind) => `${kind}/`),
  ownersPrefix,
  rulesPrefix,
  auditPrefix,
];
