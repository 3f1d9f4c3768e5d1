import { measureRemoteTells, measureTells } from "../../bench/mod.ts";
import { rounded, type Section } from "./section.ts";

interface TellRow {
  name: "tell";
  where: "local" | "remote";
  perSecond: number;
}

/** `cmud bench tells` */
export const tellSection: Section<TellRow> = {
  title: () => "Tells: small marshalled messages, within a thread and to another process",
  columns: () => [
    ["where", 12, ({ where }) => where],
    ["per second", 10, ({ perSecond }) => perSecond],
  ],
  async *measure({ seconds, signal }) {
    const local = await measureTells(seconds, signal);
    yield { name: "tell", where: "local", perSecond: rounded(local) };
    signal.throwIfAborted();
    const remote = await measureRemoteTells(seconds, signal);
    yield { name: "tell", where: "remote", perSecond: rounded(remote.perSecond) };
  },
};
