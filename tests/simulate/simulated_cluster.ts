import { type ActorRef, ActorSystem } from "../../actor/mod.ts";
import { putCall } from "../../kvcommon/mod.ts";
import { ReplicaGroup } from "../../kvserver/replica_group.ts";
import { type Entry, isLater, Store } from "../../kvserver/mod.ts";
import { beginRequest, MsgpackWriter } from "../../rpc/mod.ts";
import { type SimulatedEnvironment, SimulatedWorld } from "../support/simulated_environment.ts";
import { SimulatedNetwork } from "./simulated_network.ts";

/** A replica that lets the test see what it takes. */
class ObservedStore extends Store {
  constructor(private readonly onPut: (entry: Entry) => void) {
    super();
  }

  override put(...args: Parameters<Store["put"]>): Entry {
    const entry = super.put(...args);
    this.onPut(entry);
    return entry;
  }
}

/** A server of a simulated cluster: the real actors, on a simulated machine. */
export interface SimulatedServer {
  address: string;
  environment: SimulatedEnvironment;
  system: ActorSystem;
  group: ReplicaGroup;
  stores: Store[];
}

/** Servers on one virtual timeline, and a model of what they must come to hold. */
export class SimulatedCluster {
  readonly world: SimulatedWorld;
  readonly network: SimulatedNetwork;
  readonly servers: SimulatedServer[] = [];
  /** Every Put of servers that have not crashed since, merged. */
  #model = new Map<string, Entry>();
  #nextPort = 1;

  constructor(seed: number, latencyMs: (world: SimulatedWorld) => SimulatedNetwork["latencyMs"]) {
    this.world = new SimulatedWorld({ seed });
    this.network = new SimulatedNetwork(this.world, latencyMs(this.world));
  }

  /** Starts a server, which joins `peers`. */
  async start(
    options: {
      queryActorCount: number;
      peers?: readonly SimulatedServer[];
      clockSkewMs?: number;
      port?: number;
    },
  ): Promise<SimulatedServer> {
    const { queryActorCount, peers = [], clockSkewMs, port = this.#nextPort++ } = options;
    const environment = this.world.environment({ clockSkewMs });
    const system = await ActorSystem.start({
      hostname: "server",
      port,
      environment,
      network: this.network,
    });
    // A message to a server that crashed, or to its channels: counted, and no concern of these tests.
    system.onError = (error) => {
      if (!(error instanceof Error) || error.name !== "UndeliverableError") throw error;
    };
    const stores: Store[] = [];
    const group = new ReplicaGroup(system, {
      queryActorCount,
      version: "simulated",
      ready: peers.length === 0,
      newStore: () => {
        const store = new ObservedStore((entry) => this.#learn(entry));
        stores.push(store);
        return store;
      },
    });
    if (peers.length > 0) group.join(peers.map((peer) => peer.group.syncActor));
    const server = { address: system.address, environment, system, group, stores };
    this.servers.push(server);
    return server;
  }

  /** Ends a server in the middle of whatever it does. */
  async crash(server: SimulatedServer): Promise<void> {
    this.servers.splice(this.servers.indexOf(server), 1);
    this.network.crash(server.address);
    const closed = server.system.close();
    this.world.advanceSync(0);
    await closed;
  }

  /** Puts at one query actor of a server, as a client's request that arrives now. */
  put(server: SimulatedServer, actor: number, key: string, value: string): void {
    const writer = new MsgpackWriter();
    const frame = beginRequest(writer, 1, "Put");
    putCall(key, value).writeParams(writer);
    writer.endFrame(frame);
    server.system.tell(server.group.queryActors[actor], {
      type: "query",
      frames: writer.written(),
      connections: 1,
      replyTo: nobody(server.group.syncActor),
    });
  }

  /** What keeps the cluster from being converged, or `undefined`. */
  difference({ withModel = true } = {}): string | undefined {
    const replicas = this.servers.flatMap((server) =>
      server.stores.map((store, i) => ({ name: `${server.address} actor ${i}`, store }))
    );
    for (const { address, system } of this.servers) {
      const { maxMessageRate, ready } = system.stats();
      if (maxMessageRate > 10) return `${address} sent ${maxMessageRate} messages within a second`;
      if (!ready) return `${address} is not ready`;
    }
    const expected = withModel
      ? dump(this.#model.values())
      : dump(replicas[0].store.entriesAfter());
    for (const { name, store } of replicas) {
      const found = dump(store.entriesAfter());
      if (found !== expected) return `${name} holds\n${found}\nand should hold\n${expected}`;
    }
    return undefined;
  }

  /** All that all replicas hold. */
  digest(): string {
    return this.servers.flatMap(({ stores }) => stores.map((store) => dump(store.entriesAfter())))
      .join("\n\n");
  }

  #learn(entry: Entry): void {
    if (isLater(entry, this.#model.get(entry.key))) this.#model.set(entry.key, entry);
  }
}

/** A channel that is not there: the reply is of no interest. */
function nobody(local: ActorRef): ActorRef {
  return { ...local, counter: 1_000_000_000 };
}

function dump(entries: Iterable<Entry>): string {
  const decoder = new TextDecoder();
  const lines = Array.from(
    entries,
    ({ key, value, timestamp, sequence, uid }) =>
      `${key} = ${value && decoder.decode(value)} (${timestamp}, ${sequence}, ${uid})`,
  );
  return lines.sort().join("\n");
}
