import process from "node:process";

/**
 * The processor time that this process has used, in milliseconds: unlike a clock, it does not go on
 * while another program has the processor.
 */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
