import { DoubtfulMessages } from "../../actor/doubtful_messages.ts";
import { assertEquals } from "../deps.ts";
import type { SimulatedWorld } from "../support/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";

/** What happens before the connection ends, and how many messages are in doubt then. */
const cases: [
  name: string,
  happening: (doubtful: DoubtfulMessages, world: SimulatedWorld) => Promise<void> | void,
  lost: number,
][] = [
  ["they are not written yet", (doubtful) => doubtful.add(3), 3],
  ["nobody has looked since they were written", (doubtful) => write(doubtful, 3), 3],
  [
    "somebody has looked since",
    async (doubtful, world) => {
      write(doubtful, 3);
      await world.advance(0);
    },
    0,
  ],
  [
    "others are being written meanwhile",
    async (doubtful, world) => {
      write(doubtful, 3);
      doubtful.add(2);
      await world.advance(0);
    },
    2,
  ],
  [
    "others were written before the first look, which has a second one follow",
    async (doubtful, world) => {
      write(doubtful, 3);
      write(doubtful, 2);
      await world.advance(0);
    },
    0,
  ],
  [
    "the connection before has ended with others in doubt",
    (doubtful) => {
      write(doubtful, 3);
      doubtful.end();
      write(doubtful, 2);
    },
    2,
  ],
];

function write(doubtful: DoubtfulMessages, count: number): void {
  doubtful.add(count);
  doubtful.written();
}

for (const [name, happening, lost] of cases) {
  testInWorld(`DoubtfulMessages.end() counts ${lost} when ${name}`, async (world) => {
    const doubtful = new DoubtfulMessages(world.environment());
    await happening(doubtful, world);
    assertEquals([doubtful.end(), doubtful.end()], [lost, 0]);
  });
}
