import { assert } from "../deps.ts";
import { importMutated, type Mutant } from "../support/mutation.ts";
import { expectNoDamagedRow } from "./damaged_row.ts";

const whole = [["its tables can be read", false], ["nothing but its rows is left", true]] as const;

for (const [of, mendsWhole] of whole) {
  Deno.test(`a row of which a byte has changed is not read, nor in a mended directory, if ${of}`, () => {
    expectNoDamagedRow(mendsWhole);
  });
}

/** Faults by which such a row is served, or not asked for. */
const mutants: Record<string, Mutant> = {
  "a row that does not match its checksum is read": {
    file: "kvserver/disk/row_batches.ts",
    from: "crc32(written, actor.seed) !== row.checksum",
    to: "crc32(written, actor.seed) < 0",
  },
  "a row that is searched for may be any": {
    file: "kvserver/disk/salvage.ts",
    from: "this.#checksums.ofParts({ ...row, uid }) === row.checksum",
    to: "uid !== undefined",
  },
};

for (const [name, mutant] of Object.entries(mutants)) {
  Deno.test(`the tests of a damaged row notice it when ${name}`, async () => {
    const mutated = await importMutated("tests/disk/damaged_row.ts", mutant);
    const isNoticed = whole.some(([, mendsWhole]) => {
      try {
        mutated.expectNoDamagedRow(mendsWhole);
        return false;
      } catch {
        return true;
      }
    });
    assert(isNoticed);
  });
}
