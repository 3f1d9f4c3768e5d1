import { measureBalls, measureRemoteTells, measureTells } from "../../bench/mod.ts";
import { rounded, type Section } from "./section.ts";

interface TellRow {
  name: "tell";
  /** From one actor to another of its thread, there and back with refs, to another process. */
  where: "local" | "both ways" | "remote";
  perSecond: number;
}

/** `cmud bench tells` */
export const tellSection: Section<TellRow> = {
  title: () => "Tells: to an actor of the same thread, both ways with refs, to another process",
  columns: () => [
    ["where", 12, ({ where }) => where],
    ["per second", 10, ({ perSecond }) => perSecond],
  ],
  async *measure({ seconds, signal }) {
    const local = await measureTells(seconds, signal);
    yield { name: "tell", where: "local", perSecond: rounded(local) };
    const balls = await measureBalls(seconds, signal);
    yield { name: "tell", where: "both ways", perSecond: rounded(balls) };
    signal.throwIfAborted();
    const remote = await measureRemoteTells(seconds, signal);
    yield { name: "tell", where: "remote", perSecond: rounded(remote.perSecond) };
  },
};
