import { inTime } from "../../support/in_time.ts";
import { Prng } from "../../../simulate/world/prng.ts";
import type { Action, Attack } from "../arena/action.ts";
import { WrongAnswer } from "../arena/wrong_answer.ts";
import { describeManners, FakePeer, helloManners, noticeManners } from "../arena/fake_peer.ts";
import { FuzzedServer } from "../arena/fuzzed_server.ts";
import { oneOf } from "../arena/hostile_bytes.ts";

/** How long a server may wait to be ready, and is looked at after that. */
const waitedForMs = 6_000;
const lookedAtMs = 2_500;

/** The exit codes of a server that is told to join somebody who is none, and that was ended otherwise. */
const refusedCodes = [64, 69, 70];
const stoppedCodes = [0, 143, ...refusedCodes];

/** A server is started that joins one that is none. */
function joinsFake(prng: Prng): Action {
  const seed = prng.u32();
  const manners = {
    hello: oneOf(prng, helloManners),
    notices: oneOf(prng, noticeManners),
    describe: oneOf(prng, describeManners),
  };
  const joinsTarget = prng.below(2) === 0;
  return {
    name: `a server that joins a fake one${joinsTarget ? ", and a real one" : ""}`,
    steps: [{
      what: `the description ${manners.describe}; it ${manners.hello}, ${manners.notices}`,
    }],
    run: async ({ targets }, some) => {
      if (some.length === 0) return;
      await using peer = new FakePeer(manners, new Prng(seed));
      const others = joinsTarget ? ["--join", targets[0].address] : [];
      const server = new FuzzedServer(["--actors", "1", "--join", peer.address, ...others], {
        mayEnd: true,
      });
      let code: number | undefined;
      try {
        await inTime(Promise.race([server.ready, server.ended]), waitedForMs, () => {});
        code = await inTime(server.ended, lookedAtMs, () => undefined);
      } finally {
        if (code === undefined) {
          const stopped = await server.stop();
          if (!stoppedCodes.includes(stopped)) server.faults.push(`it stopped with ${stopped}`);
        } else if (!refusedCodes.includes(code)) server.faults.push(`it ended with ${code}`);
      }
      if (server.faults.length > 0) {
        throw new WrongAnswer(`a joining server: ${server.faults.join("; ")}`);
      }
    },
  };
}

/** They need processes of their own. */
export const joinAttacks: readonly Attack[] = [joinsFake];
