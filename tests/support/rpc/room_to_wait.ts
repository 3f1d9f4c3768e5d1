/** What a test lacks here, a system or a Deno, where so many clients are to wait at a port to be accepted. */
export function missingRoomToWait(clients: number): string | undefined {
  if (waitingMax() < clients) return "system that lets so many clients wait";
  const isNew = Number(Deno.version.deno.split(".")[1]) >= 9;
  return isNew ? undefined : "Deno that lets so many clients wait";
}

/** How many clients the system lets wait; 0 where it does not say. */
function waitingMax(): number {
  try {
    // Deno itself lets nobody read there who may not do everything.
    const { stdout } = new Deno.Command("cat", { args: ["/proc/sys/net/core/somaxconn"] })
      .outputSync();
    return Number(new TextDecoder().decode(stdout));
  } catch {
    return 0;
  }
}
