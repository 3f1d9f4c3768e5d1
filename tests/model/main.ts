/**
 * Checks the model of how tombstones are collected (docs/model).
 *
 *     deno task model --writes 3 --forgotten 2 --directories 2 --restored 1
 *
 * Prints the events that lead to a fault, and how many states there are when there is none.
 *
 * @module
 */

import { integerOptions } from "../support/integer_options.ts";
import { checkModel, readModel } from "./check_model.ts";

/** With two directories, one of them is put back old. */
const { writes, forgotten, directories, restored } = integerOptions({
  writes: 2,
  forgotten: 1,
  directories: 1,
  restored: 0,
});
const bounds = {
  writesMax: writes,
  forgottenMax: forgotten,
  copiesMax: directories - 1,
  restoredMax: restored,
};
const { states, violated, story } = await checkModel(readModel(), bounds);
if (violated !== undefined) {
  console.log(`${story}\nViolated: ${violated}`);
  Deno.exit(1);
}
console.log(`${states} states: all properties hold in every order of events`);
