import type { CommandSpec } from "../cli/command_spec.ts";
import { dataDirOption } from "../cli/data_dir_option.ts";
import { askingOptions } from "../cli/client_options.ts";
import { screenReaderOptions } from "../play/screen_reader.ts";
import { worldOption } from "../cli/world_option.ts";

/** `cmud play` */
export const playCommand: CommandSpec = {
  name: "play",
  summary: "Play the game; on a server of your own when none is named and none is here",
  options: [
    ...askingOptions,
    { name: "--name", value: "NAME", summary: "who you are" },
    { name: "--fast", summary: "no pauses: nothing takes any time" },
    dataDirOption(
      "play in the world that a server of your own keeps there (default: in the state directory)",
    ),
    { name: "--ephemeral", summary: "let a server of your own forget its world when you quit" },
    { name: "--observe", summary: "watch what others do, without being there" },
    worldOption,
    ...screenReaderOptions,
    { name: "--no-history", summary: "keep nothing that is typed for the next time" },
  ],
  examples: [
    ["cmud play", "enrol, or go on where you were"],
    ["cmud play --name Ada --server cmud.example:6001", "on another machine's server"],
    ["cmud play --data-dir ~/another-world", "in a world of its own"],
    ["cmud play --observe", "watch the others"],
    ["cmud play --world island.json", "in a world that somebody has written"],
  ],
  permissions: ["net", "read", "write"],
  run: async (invocation) => (await import("./run_play.ts")).runPlay(invocation),
};
