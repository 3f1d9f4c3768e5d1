/** Names one incarnation of a system: another one may start at the same address. */
export interface SystemId {
  /** `host:port` of the system port. */
  readonly address: string;
  /** 64 random bits as 16 hexadecimal digits. */
  readonly incarnation: string;
}

/** What a caller says of itself. */
export interface Claim extends SystemId {
  /** What it showed, to be asked about at its address; `null`: nothing. */
  readonly countersign: string | null;
}

/** Characters of an address at the most: a host name has 253. */
const addressCharsMax = 260;

/** Whether it has the form of a `host:port` that can be dialed. */
export function isDialable(address: string): boolean {
  const match = addressCharsMax >= address.length &&
    /^(?:\[[0-9a-fA-F:.%]+\]|[\w.-]+):(\d{1,5})$/.exec(address);
  if (!match) return false;
  const port = Number(match[1]);
  return port > 0 && port <= 65535;
}

/** Whether it may be an incarnation: other versions may write more or others than 16 digits. */
export function isIncarnation(text: string): boolean {
  return /^[ -.0-~]{1,64}$/.test(text);
}

/** The key of a system in a map: no two incarnations have the same. */
export function systemKey({ address, incarnation }: SystemId): string {
  return `${incarnation} ${address}`;
}

/** The key of a claim in a map, or of a system that somebody else named. */
export function claimKey(id: SystemId | Claim): string {
  return "countersign" in id ? `${systemKey(id)} ${id.countersign}` : systemKey(id);
}
