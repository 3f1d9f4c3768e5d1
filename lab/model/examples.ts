/** A scenario to begin with. */
export interface Example {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  /** From this moment on it is worth a look. */
  readonly fromMs: number;
}

/** Three servers that know each other. */
const three = `delay 60 ms
server a replicas 2
server b replicas 2 joins a
server c replicas 2 joins a
`;

/** What an exercise begins with, and when all are ready there. */
export const [workbench, workbenchMs] = [three, 500];

/** Scenarios to begin with, the first one first. */
export const examples: readonly Example[] = [
  {
    id: "put",
    fromMs: 980,
    title: "A Put travels",
    text: `title A Put travels\n${three}at 1 s put x = 1 on a.1\n`,
  },
  {
    id: "conflict",
    fromMs: 980,
    title: "Two Puts across a cut",
    text: `title Two Puts across a cut
${three}at 1 s put x = 1 on a.1
at 1500 ms cut a b
cut a c
at 1600 ms put x = 2 on a.1
at 1700 ms put x = 3 on b.1
at 1750 ms put y = ada on c.2
at 3 s heal a b
at 3200 ms heal a c
expect equal on all within 5 s
`,
  },
  {
    id: "clock",
    fromMs: 1150,
    title: "A clock that runs fast",
    text: `title A clock that runs fast
${three}at 1 s skew b +2 s
at 1200 ms put x = early on b.1
at 1210 ms put x = late on a.1
expect equal on all within 5 s
`,
  },
  {
    id: "delete",
    fromMs: 1250,
    title: "A Delete and its tombstone",
    text: `title A Delete and its tombstone
${three}at 1 s put x = 1 on a.1
at 1300 ms delete x on c.1
expect x missing on all within 5 s
expect no tombstone x on all within 10 s
`,
  },
  {
    id: "crash",
    fromMs: 1250,
    title: "A crash, and what the disk kept",
    text: `title A crash, and what the disk kept
delay 60 ms
server a replicas 2 disk
server b replicas 2 disk joins a
at 1 s put x = 1 on a.1
at 1300 ms cut a b
at 1400 ms put x = 2 on a.1
at 1600 ms crash a
at 2 s heal a b
restart a
expect x = 2 on all within 5 s
`,
  },
  {
    id: "five",
    fromMs: 1450,
    title: "Five servers, ten replicas",
    text: `title Five servers, ten replicas
delay 80 ms
jitter 40 ms
server a replicas 2
server b replicas 2 joins a
server c replicas 2 joins a
server d replicas 2 joins a
server e replicas 2 joins a
at 1500 ms put x = 1 on a.1
at 1510 ms put y = ada on c.1
at 1700 ms put z = hello on e.2
at 1800 ms delete x on b.1
at 1850 ms put y = grace on d.2
`,
  },
];
