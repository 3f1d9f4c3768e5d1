/**
 * Whether an error says that the system has no memory left for a buffer: nobody's fault, and it may go
 * better later.
 */
export function isAllocationFailure(error: unknown): boolean {
  return error instanceof RangeError && /allocation failed/i.test(error.message);
}
