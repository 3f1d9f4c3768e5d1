/** Version of the protocol between systems; a system greets only those of its own version. */
export const protocolVersion = 1;
