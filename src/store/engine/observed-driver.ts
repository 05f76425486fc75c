import type { Driver, Topic, Write } from './driver.ts';

/**
 * Returns a driver that reports the topics of each write after it; `undefined` for a write that may have changed
 * anything. A write that has failed is reported too: it may have been committed when its answer was lost.
 */
export function observed(
  driver: Driver,
  onWrite: (topics: readonly Topic[] | undefined) => void,
): Driver {
  return {
    syntax: driver.syntax,
    read: (read) => driver.read(read),
    write: async <Result>(write: Write<Result>): Promise<Result> => {
      try {
        return await driver.write(write);
      } finally {
        onWrite(write.changes);
      }
    },
    snapshot: (work) => driver.snapshot(work),
    gauges: () => driver.gauges(),
    close: () => driver.close(),
  };
}
