import { fc } from "../deps.ts";
import { missing, testUnless } from "../support/needs.ts";
import type { CommandWords } from "../support/resp/redis_socket.ts";
import { type ToldAlike, toldAlike } from "./told_alike.ts";

const keys = ["a", "b", "b1", "c"];
const key = fc.constantFrom(...keys);

/** Commands whose events Redis calls `set` and `del`, and `del` only of a key that there is. */
const change: fc.Arbitrary<CommandWords> = fc.oneof(
  fc.tuple(fc.constantFrom("SET", "SETNX", "GETSET"), key, fc.constantFrom("1", "2")),
  fc.tuple(fc.constant("SET"), key, fc.constant("3"), fc.constantFrom("NX", "XX", "GET")),
  fc.tuple(fc.constant("GETDEL"), key),
  fc.tuple(fc.constantFrom("EXPIRE", "PEXPIREAT"), key, fc.constant("-1")),
);

/** A step: who sends what in one go. */
type Step = readonly ["listener" | "writer", readonly CommandWords[]];

const asks = (...commands: string[]): fc.Arbitrary<Step> =>
  fc.constantFrom(...commands).map((command): Step => ["listener", [command.split(" ")]]);

const writes = change.map((command): Step => ["writer", [command]]);
const changesItself = change.map((command): Step => ["listener", [command]]);

async function run(told: ToldAlike, version: string, steps: readonly Step[]): Promise<void> {
  await told.clear(version, keys);
  for (const step of steps) await told.step(...step);
}

/** Steps of several kinds, each as often among them as its weight says. */
function mixed(...kinds: [weight: number, fc.Arbitrary<Step>][]): fc.Arbitrary<Step> {
  return fc.oneof(...kinds.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

/** Has random steps done at a Redis and at a server of ours. @param first what they begin with */
function testAlike(
  name: string,
  step: fc.Arbitrary<Step>,
  { first = step, version = "3" }: { first?: fc.Arbitrary<Step>; version?: string } = {},
): void {
  testUnless(missing("redis-server"), name, () =>
    toldAlike(async (begin) => {
      const steps = fc.tuple(first, fc.array(step, { minLength: 4, maxLength: 16 }));
      const property = fc.asyncProperty(steps, async ([first, others]) => {
        using told = await begin();
        await run(told, version, [first, ...others]);
      });
      await fc.assert(property, { numRuns: 40 });
    }));
}

const subscribes = asks(
  "SUBSCRIBE __keyspace@0__:a",
  "SUBSCRIBE __keyspace@0__:b __keyspace@0__:a",
  "SUBSCRIBE __keyevent@0__:del __keyevent@0__:expired",
  "PSUBSCRIBE __keyspace@0__:b*",
  "PSUBSCRIBE __key*__:*",
  "PSUBSCRIBE __keyspace@0__:[ac]",
  "psubscribe __keyevent@0__:*",
  "UNSUBSCRIBE __keyspace@0__:a x",
  "PUNSUBSCRIBE __key*__:* nothing",
);

for (const version of ["2", "3"]) {
  testAlike(
    `subscribers are told of random changes as Redis tells them, in version ${version}`,
    mixed([1, subscribes], [3, writes]),
    { version },
  );
}

/** Reads, in all ways that count. */
const reads = asks(
  "GET a",
  "GET b",
  "MGET a b b1 none",
  "EXISTS c b1",
  "STRLEN a",
  "TTL b",
  "GETRANGE c 0 1",
  "TOUCH a c",
  "TYPE b",
  "GETEX a",
);

const tracks = (...ways: string[]) => asks(...ways.map((way) => `CLIENT TRACKING ON${way}`));

testAlike(
  "clients that keep copies of what they read are told as Redis tells them",
  mixed(
    [4, reads],
    [4, writes],
    [2, changesItself],
    [1, tracks("", " NOLOOP")],
    [1, asks("CLIENT TRACKINGINFO", "CLIENT GETREDIR")],
  ),
  { first: tracks("", " NOLOOP") },
);

/** Reads that are not as usual, perhaps with something in between. */
const excepted = fc.tuple(
  asks("CLIENT CACHING YES", "CLIENT CACHING NO"),
  fc.array(asks("FOO", "GET", "CLIENT GETNAME", "CLIENT CACHING x", "CLIENT FOO"), {
    maxLength: 1,
  }),
  reads,
).map(([first, between, last]): Step => [
  "listener",
  [first, ...between, last].flatMap(([, commands]) => commands),
]);

testAlike(
  "clients say of which reads they keep copies, as at Redis",
  mixed(
    [4, reads],
    [4, writes],
    [1, changesItself],
    [4, excepted],
    [1, tracks("", " OPTIN", " OPTOUT")],
  ),
  { first: tracks(" OPTIN", " OPTOUT") },
);

testAlike(
  "clients that keep copies by prefix are told as Redis tells them",
  mixed(
    [1, reads],
    [6, writes],
    [2, changesItself],
    [
      2,
      tracks(
        " BCAST",
        " BCAST PREFIX b1",
        " BCAST PREFIX c",
        " PREFIX a BCAST NOLOOP",
        " BCAST PREFIX c PREFIX c",
        " BCAST OPTIN",
        " PREFIX x",
        " OPTIN OPTOUT",
      ),
    ],
    [1, asks("CLIENT TRACKINGINFO", "CLIENT TRACKING OFF", "CLIENT GETREDIR")],
  ),
  { first: tracks(" BCAST", " BCAST PREFIX b PREFIX c", " BCAST PREFIX a NOLOOP") },
);

testAlike(
  "what a client asks of changes in a strange way is refused as at Redis",
  fc.tuple(
    fc.constantFrom(
      "CLIENT TRACKING",
      "client caching",
      "SUBSCRIBE",
      "UNSUBSCRIBE",
      "CLIENT GETREDIR",
    ),
    fc.array(fc.constantFrom("ON", "off", "BCAST", "PREFIX", "OPTIN", "optout", "noloop", "x"), {
      maxLength: 4,
    }),
  ).filter(([name, args]) => name !== "SUBSCRIBE" || args.length === 0)
    .map(([name, args]): Step => ["listener", [[...name.split(" "), ...args]]]),
);
