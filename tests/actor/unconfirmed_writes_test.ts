import { UnconfirmedWrites } from "../../actor/unconfirmed_writes.ts";
import { assertEquals } from "../deps.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";

/** What happens before the connection ends, and how many messages are unconfirmed then. */
const cases: [
  name: string,
  happening: (unconfirmed: UnconfirmedWrites, world: SimulatedWorld) => Promise<void> | void,
  lost: number,
][] = [
  ["they are not written yet", (unconfirmed) => unconfirmed.add(3), 3],
  ["no turn of the event loop has followed", (unconfirmed) => write(unconfirmed, 3), 3],
  [
    "a turn of the event loop has followed",
    async (unconfirmed, world) => {
      write(unconfirmed, 3);
      await world.advance(0);
    },
    0,
  ],
  [
    "others are being written meanwhile",
    async (unconfirmed, world) => {
      write(unconfirmed, 3);
      unconfirmed.add(2);
      await world.advance(0);
    },
    2,
  ],
  [
    "others were written before the first turn, which a second one follows",
    async (unconfirmed, world) => {
      write(unconfirmed, 3);
      write(unconfirmed, 2);
      await world.advance(0);
    },
    0,
  ],
  [
    "the connection before has ended with others unconfirmed",
    (unconfirmed) => {
      write(unconfirmed, 3);
      unconfirmed.end();
      write(unconfirmed, 2);
    },
    2,
  ],
];

function write(unconfirmed: UnconfirmedWrites, count: number): void {
  unconfirmed.add(count);
  unconfirmed.written();
}

for (const [name, happening, lost] of cases) {
  testInWorld(`UnconfirmedWrites.end() counts ${lost} when ${name}`, async (world) => {
    const unconfirmed = new UnconfirmedWrites(world.environment());
    await happening(unconfirmed, world);
    assertEquals([unconfirmed.end(), unconfirmed.end()], [lost, 0]);
  });
}
