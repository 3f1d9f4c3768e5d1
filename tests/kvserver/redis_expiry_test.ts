import { assertEquals } from "../deps.ts";
import { epochMs, type SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";
import { withRedisActor } from "./redis_actor.ts";

/** As `withRedisActor`, for the replies alone. */
function asking(
  world: SimulatedWorld,
  body: (ask: (commands: string) => Promise<string>) => Promise<void>,
): Promise<void> {
  return withRedisActor(world, (ask) => body(async (commands) => (await ask(commands)).replies));
}

testInWorld(
  "keys that a Redis client lets expire are gone when their time has come",
  (world) =>
    asking(world, async (ask) => {
      assertEquals(
        await ask("SET a 1 EX 10; SETEX b 20 2; SET c 3; PEXPIRE c 5000; SET d 4"),
        "+OK +OK +OK :1 +OK",
      );
      assertEquals(await ask("TTL a; PTTL b; TTL c; TTL d; TTL e"), ":10 :20000 :5 :-1 :-2");
      assertEquals(
        await ask("EXPIRETIME a; PEXPIRETIME b; EXPIRETIME d"),
        `:${Math.floor((epochMs + 10_500) / 1_000)} :${epochMs + 20_000} :-1`,
      );
      await world.advance(4_999);
      assertEquals(await ask("GET c; PTTL c; DBSIZE; EXISTS a b c d"), "$1 3 :1 :4 :4");
      await world.advance(1);
      assertEquals(
        await ask("GET c; TTL c; DBSIZE; KEYS *; TYPE c; SCAN 0"),
        "$-1 :-2 :3 *3 $1 a $1 b $1 d +none *2 $1 0 *3 $1 a $1 b $1 d",
      );
      assertEquals(
        await ask("SET a x XX KEEPTTL; PERSIST b; PERSIST b; GETEX d PX 100; SET c n NX"),
        "+OK :1 :0 $1 4 +OK",
      );
      await world.advance(100);
      assertEquals(await ask("PTTL a; TTL b; GET d; TTL c"), ":4900 :-1 $-1 :-1");
      assertEquals(await ask("APPEND a y; PTTL a; SET a z; TTL a"), ":2 :4900 +OK :-1");
      await world.advance(60_000);
      assertEquals(await ask("MGET a b c d; DBSIZE"), "*4 $1 z $1 2 $1 n $-1 :3");
    }),
);

testInWorld(
  "an expiry that has passed already removes the key at once",
  (world) =>
    asking(world, async (ask) => {
      assertEquals(
        await ask("SET a 1; EXPIRE a 0; EXISTS a; SET a 1; PEXPIREAT a 1; EXISTS a"),
        "+OK :1 :0 +OK :1 :0",
      );
      assertEquals(
        await ask("SET a 1 EXAT 1; GET a; SET a 1; GETEX a PXAT 1; GET a; DBSIZE"),
        "+OK $-1 +OK $1 1 $-1 :0",
      );
      assertEquals(
        await ask("SET a 1 GET PXAT 1; SET a 1; SET a 2 GET EXAT 1; EXISTS a"),
        "$-1 +OK $1 1 :0",
      );
      assertEquals(
        await ask("SET a 1 PX 9007199254740991; PEXPIRETIME a"),
        "+OK :9007199254740991",
      );
    }),
);
