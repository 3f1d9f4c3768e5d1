import {
  type Actor,
  type ActorContext,
  type ActorRef,
  ActorSystem,
  type ActorThread,
} from "../../actor/mod.ts";
import { type Logger, silentLogger } from "../../log/mod.ts";
import type { Environment } from "../../rpc/mod.ts";
import { MemoryNetwork } from "./memory_transport.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";

/** A system under test, and what it reported to `onError`. */
export interface SystemUnderTest {
  system: ActorSystem;
  environment: Environment;
  network: MemoryNetwork;
  reports: { error: unknown; ref: ActorRef }[];
}

/** Options of `startSystem`. */
export interface SystemUnderTestOptions {
  environment?: Environment;
  network?: MemoryNetwork;
  hostname?: string;
  port?: number;
  threadCount?: number;
  extraFigures?: readonly string[];
  log?: Logger;
}

/** Starts a system in a simulated world, on a port in memory. */
export async function startSystem(
  world: SimulatedWorld,
  {
    environment = world.environment(),
    network = new MemoryNetwork(world),
    hostname = "host",
    port = 0,
    threadCount,
    extraFigures,
    log = silentLogger,
  }: SystemUnderTestOptions = {},
): Promise<SystemUnderTest> {
  const system = await ActorSystem.start({
    hostname,
    port,
    threadCount,
    extraFigures,
    environment,
    transport: network,
    log,
  });
  const reports: SystemUnderTest["reports"] = [];
  system.onError = (error, ref) => reports.push({ error, ref });
  return { system, environment, network, reports };
}

/** An actor that a test looks into. */
export interface Probe {
  ref: ActorRef;
  context: ActorContext;
  /** What it was told so far. */
  messages: unknown[];
}

/** Starts an actor that keeps what it is told, by anyone, and does then what the test says. */
export function startProbe(
  system: ActorThread,
  // deno-lint-ignore no-explicit-any -- each test knows what it tells
  react: (message: any, context: ActorContext) => void = () => {},
): Probe {
  const messages: unknown[] = [];
  let context!: ActorContext;
  const ref = system.startActor((given) => {
    context = given;
    return {
      onMessage(message) {
        messages.push(message);
        react(message, given);
      },
    };
  });
  // Other systems may tell it anything.
  if (system instanceof ActorSystem) system.expose(ref);
  return { ref, context, messages };
}

/**
 * Has each actor that states its invariants assert them whenever it has handled so many messages.
 *
 * @param every what is wrong is mostly so for good: so it is found with less work, and a little later
 * @returns what has all of them assert now.
 */
export function assertBetweenMessages(system: ActorThread, every = 1): () => void {
  const asserting: (() => void)[] = [];
  const startActor = system.startActor.bind(system);
  system.startActor = (newActor) =>
    startActor((context) => {
      const actor: Actor & { assertInvariants?(): void } = newActor(context);
      if (actor.assertInvariants === undefined) return actor;
      asserting.push(() => actor.assertInvariants!());
      let handled = 0;
      const handle = () => {
        if (++handled % every === 0) actor.assertInvariants!();
      };
      return {
        onMessage(message) {
          actor.onMessage(message);
          handle();
        },
        onMarshalled(bytes, start, end) {
          const isHandled = actor.onMarshalled?.(bytes, start, end) ?? false;
          if (isHandled) handle();
          return isHandled;
        },
      };
    });
  return () => asserting.forEach((assert) => assert());
}
