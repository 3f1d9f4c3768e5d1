/**
 * How long before a kill a Put may have been answered that is missing after it: with relaxed durability
 * 200 ms and what the machine's scheduling adds to that.
 */
export const lossMsMax = { strict: 0, relaxed: 1_000 } as const;
