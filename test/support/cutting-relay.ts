import type { Socket } from 'node:net';
import { startRelay, type Relay } from './relay.ts';

export interface CuttingRelay extends Relay {
  /** Breaks the connections of the next answers, so many of them, after so many of their bytes. */
  cutAnswers(count: number, afterBytes?: number): void;
  /** Breaks all connections now. */
  cutNow(): void;
  /** Number of answers that were cut. */
  readonly cuts: number;
  /** Number of bytes of the last answer that came through whole. */
  readonly lastBytes: number;
}

/** Starts a relay that loses answers on the way from a port of this machine. */
export async function startCuttingRelay(targetPort: number): Promise<CuttingRelay> {
  const open = new Set<Socket>();
  let [remaining, cuts, cutAfter, lastBytes] = [0, 0, 0, 0];
  const relay = await startRelay(targetPort, (client, target) => {
    const close = (): void => {
      open.delete(client);
      client.destroy();
      target.destroy();
    };
    open.add(client);
    for (const socket of [client, target]) socket.on('error', close).on('close', close);
    let passed = 0;
    client.on('data', (bytes: Buffer) => {
      passed = 0;
      target.write(bytes);
    });
    target.on('data', (bytes: Buffer) => {
      const room = remaining === 0 ? Infinity : cutAfter - passed;
      passed += bytes.length;
      if (bytes.length <= room) {
        client.write(bytes);
        if (remaining === 0) lastBytes = passed;
        return;
      }
      remaining -= 1;
      cuts += 1;
      // The bytes before the cut arrive.
      client.end(bytes.subarray(0, room), close);
    });
  });
  return {
    ...relay,
    cutAnswers: (count, afterBytes = 0) => {
      remaining = count;
      cutAfter = afterBytes;
    },
    cutNow: () => {
      for (const client of open) client.destroy();
    },
    get cuts() {
      return cuts;
    },
    get lastBytes() {
      return lastBytes;
    },
  };
}
