/**
 * Runs a measurement, and once more if it fails: another program may have had the machine the first
 * time. What is too slow by itself fails twice.
 */
export async function withSecondChance(measure: () => Promise<void>): Promise<void> {
  try {
    await measure();
  } catch (error) {
    console.log(
      `Measured once more, because of: ${error instanceof Error ? error.message : error}`,
    );
    await measure();
  }
}
