import { missing, testUnless } from "../support/needs.ts";
import { encoded } from "../support/resp/redis_socket.ts";
import { comparing } from "./comparing.ts";

/**
 * What clients say about their connections, and to no key: in each line what one client says, command by command.
 * What is written to keys is compared at random, and what is told of them too.
 */
const conversations = `
CLIENT | CLIENT ID x | CLIENT GETNAME x | CLIENT SETNAME | CLIENT SETNAME a b | CLIENT SETNAME a | CLIENT GETNAME | CLIENT INFO x | CLIENT HELP x | CLIENT NOPE
CLIENT LIST TYPE | CLIENT LIST TYPE foo | CLIENT LIST TYPE replica | CLIENT LIST ID | CLIENT LIST ID x | CLIENT LIST ID 999999 | CLIENT LIST ID 0 | CLIENT LIST ID -1
CLIENT REPLY | CLIENT REPLY x | CLIENT REPLY ON | CLIENT REPLY on x | CLIENT REPLY SKIP | PING | PING | CLIENT REPLY OFF | PING | CLIENT REPLY SKIP | PING | CLIENT REPLY ON | PING
CLIENT NO-EVICT | CLIENT NO-EVICT x | CLIENT NO-EVICT on | CLIENT GETREDIR | CLIENT GETREDIR x | CLIENT TRACKINGINFO | CLIENT TRACKINGINFO x | CLIENT CACHING | CLIENT CACHING x | CLIENT CACHING yes
CLIENT TRACKING | CLIENT TRACKING x | CLIENT TRACKING ON | CLIENT TRACKINGINFO | CLIENT GETREDIR | CLIENT CACHING yes | CLIENT TRACKING ON OPTIN | CLIENT TRACKING OFF | CLIENT TRACKINGINFO
CLIENT TRACKING ON OPTIN | CLIENT CACHING yes | CLIENT TRACKINGINFO | CLIENT CACHING no | CLIENT TRACKING ON OPTOUT | CLIENT TRACKING OFF | CLIENT TRACKING ON OPTIN OPTOUT | CLIENT TRACKING ON BCAST OPTIN
CLIENT TRACKING ON PREFIX | CLIENT TRACKING ON PREFIX a | CLIENT TRACKING ON BCAST PREFIX a PREFIX ab | CLIENT TRACKING ON BCAST PREFIX b PREFIX a | CLIENT TRACKINGINFO | CLIENT TRACKING ON BCAST PREFIX ab | CLIENT TRACKING ON
CLIENT TRACKING OFF BCAST | CLIENT TRACKING ON REDIRECT | CLIENT TRACKING ON REDIRECT x | CLIENT TRACKING ON FOO | CLIENT TRACKING OFF FOO | CLIENT TRACKING ON NOLOOP | CLIENT TRACKINGINFO | RESET | CLIENT TRACKINGINFO
SUBSCRIBE | PSUBSCRIBE | UNSUBSCRIBE | PUNSUBSCRIBE | UNSUBSCRIBE a | PUNSUBSCRIBE a b | SUBSCRIBE __keyspace@0__:a | PING | PING x | GET a | SET | FOO | PSUBSCRIBE __keyspace@0__:* __keyevent@0__:set | UNSUBSCRIBE __keyspace@0__:a x | PUNSUBSCRIBE | UNSUBSCRIBE | GET a
SUBSCRIBE __keyspace@0__:a | RESET | GET a | PSUBSCRIBE __keyspace@0__:* | QUIT | PING
COMMAND COUNT x | COMMAND INFO nope | COMMAND DOCS nope | COMMAND nope | COMMAND HELP x | CONFIG | CONFIG GET | CONFIG GET nope | CONFIG GET save | CONFIG GET appendonly | CONFIG GET maxmemory-policy | CONFIG NOPE
ACL | ACL WHOAMI | ACL WHOAMI x | ACL HELP x | ACL NOPE | HELLO 3 SETNAME | HELLO 3 SETNAME a AUTH default | HELLO 3 FOO | HELLO 4 | HELLO -1 | HELLO 3.0 | AUTH | AUTH a | AUTH a b c
SCAN 0 | SCAN 0 MATCH nope | SCAN 0 TYPE string | SCAN 0 TYPE | SCAN 0 COUNT 5 MATCH x* TYPE string | SCAN 0 count 10 | SCAN 0 FOO bar | SCAN 0 COUNT 1 COUNT 2 | SCAN 0 NOVALUES | SCAN | RANDOMKEY | RANDOMKEY x | DBSIZE x | TIME x | INFO nope
SELECT | SELECT 0 1 | SELECT 16 | RESET x | ECHO | ECHO a b | PING a b | QUIT x | PING
`.trim().split("\n").map((line) => line.split(" | ").map((command) => command.split(" ")));

for (const version of ["2", "3"]) {
  testUnless(
    missing("redis-server"),
    `what clients say about their connections is answered as by Redis, in version ${version}`,
    () =>
      comparing(async (comparison) => {
        for (const commands of conversations) {
          // What HELLO tells of the server itself is another server's.
          const hello = [["CLIENT", "REPLY", "SKIP"], ["HELLO", version]];
          await comparison.compareStreams([...hello, ...commands].map(encoded).join(""));
        }
      }),
  );
}
