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

async function runAll(
  version: string,
  step: fc.Arbitrary<Step>,
  first: fc.Arbitrary<Step> = step,
): Promise<void> {
  await toldAlike(async (begin) => {
    const steps = fc.tuple(first, fc.array(step, { minLength: 4, maxLength: 16 }));
    const property = fc.asyncProperty(
      steps,
      async ([first, others]) => {
        using told = await begin();
        await run(told, version, [first, ...others]);
      },
    );
    await fc.assert(property, { numRuns: 40 });
  });
}

const testRedis = (name: string, body: () => Promise<void>) =>
  testUnless(missing("redis-server"), name, body);

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
  testRedis(
    `subscribers are told of random changes as Redis tells them, in version ${version}`,
    () =>
      runAll(
        version,
        fc.oneof({ weight: 1, arbitrary: subscribes }, { weight: 3, arbitrary: writes }),
      ),
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

testRedis("clients that keep copies of what they read are told as Redis tells them", () =>
  runAll(
    "3",
    fc.oneof(
      { weight: 4, arbitrary: reads },
      { weight: 4, arbitrary: writes },
      { weight: 2, arbitrary: changesItself },
      { weight: 1, arbitrary: tracks("", " NOLOOP") },
      {
        weight: 1,
        arbitrary: asks("CLIENT TRACKINGINFO", "CLIENT GETREDIR"),
      },
    ),
    tracks("", " NOLOOP"),
  ));

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

testRedis("clients say of which reads they keep copies, as at Redis", () =>
  runAll(
    "3",
    fc.oneof(
      { weight: 4, arbitrary: reads },
      { weight: 4, arbitrary: writes },
      { weight: 1, arbitrary: changesItself },
      { weight: 4, arbitrary: excepted },
      { weight: 1, arbitrary: tracks("", " OPTIN", " OPTOUT") },
    ),
    tracks(" OPTIN", " OPTOUT"),
  ));

testRedis("clients that keep copies by prefix are told as Redis tells them", () =>
  runAll(
    "3",
    fc.oneof(
      { weight: 1, arbitrary: reads },
      { weight: 6, arbitrary: writes },
      { weight: 2, arbitrary: changesItself },
      {
        weight: 2,
        arbitrary: tracks(
          " BCAST",
          " BCAST PREFIX b1",
          " BCAST PREFIX c",
          " PREFIX a BCAST NOLOOP",
          " BCAST PREFIX c PREFIX c",
          " BCAST OPTIN",
          " PREFIX x",
          " OPTIN OPTOUT",
        ),
      },
      {
        weight: 1,
        arbitrary: asks("CLIENT TRACKINGINFO", "CLIENT TRACKING OFF", "CLIENT GETREDIR"),
      },
    ),
    tracks(" BCAST", " BCAST PREFIX b PREFIX c", " BCAST PREFIX a NOLOOP"),
  ));

testRedis("what a client asks of changes in a strange way is refused as at Redis", () =>
  runAll(
    "3",
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
  ));
