import { ActorSystem, type ActorSystemOptions } from "../../actor/mod.ts";
import { type Probe, startProbe } from "../support/actors.ts";

/** A system on a free port of this machine, with an actor that keeps what it is told. */
export class SystemOnTcp implements AsyncDisposable {
  readonly system: ActorSystem;
  readonly probe: Probe;
  /** What it reported to `onError`. */
  readonly errors: unknown[] = [];

  static async start(options: Partial<ActorSystemOptions> = {}): Promise<SystemOnTcp> {
    return new SystemOnTcp(
      await ActorSystem.start({ hostname: "127.0.0.1", port: 0, ...options }),
    );
  }

  private constructor(system: ActorSystem) {
    this.system = system;
    system.onError = (error) => this.errors.push(error);
    this.probe = startProbe(system);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.system.close();
  }
}
