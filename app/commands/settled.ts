import type { CommandSpec, Invocation, OptionSpec } from "../cli/command_spec.ts";

/** What settles and runs a command whose options may come from the environment or a file, and be printed. */
export function settled(
  options: readonly OptionSpec[],
  run: (invocation: Invocation) => Promise<number>,
): Pick<CommandSpec, "settle" | "run"> {
  const load = () => import("../settings/mod.ts");
  return {
    settle: async (invocation) => (await load()).settle(invocation, options),
    run: async (invocation) =>
      invocation.options.printConfig
        ? (await load()).printConfig(invocation, options)
        : await run(invocation),
  };
}
