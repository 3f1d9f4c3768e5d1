import { GameHost } from "../../app/doors/host/game_host.ts";
import { Passwords } from "../../app/doors/names/passwords.ts";
import { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { MemoryStore } from "../game/stage.ts";
import { MemoryLog } from "../support/memory_log.ts";
import { until } from "../support/until.ts";
import { Newcomer, type NewcomerOptions } from "./newcomer.ts";

/** A host in a world of its own, and how to come to its door. @param tries as of a host */
export function house(store = new MemoryStore(), tries = 1) {
  const world = new SimulatedWorld();
  const log = new MemoryLog();
  const host = new GameHost({
    store,
    environment: world.environment(),
    log,
    tries,
    passwords: new Passwords(2),
  });
  const pass = () => world.advance(200);
  const options = (more: NewcomerOptions = {}) => ({ pass, ...more });
  return {
    host,
    store,
    world,
    log,
    come: (more?: NewcomerOptions) => Newcomer.come(host, options(more)),
    enter: (name: string, more?: NewcomerOptions) => Newcomer.enter(host, name, options(more)),
    async [Symbol.asyncDispose]() {
      const closed = host.close();
      let isOver = false;
      closed.finally(() => isOver = true);
      await until("the host is closed", async () => {
        await pass();
        return isOver;
      });
      await closed;
    },
  };
}
