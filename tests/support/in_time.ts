/**
 * What a promise settles with, or what `late` gives or throws when that takes longer than `ms`. No timer is
 * left behind.
 */
export function inTime<T, Late>(
  promise: Promise<T>,
  ms: number,
  late: () => Late,
): Promise<T | Late> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      try {
        resolve(late());
      } catch (error) {
        reject(error);
      }
    }, ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
