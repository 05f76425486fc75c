import type { Socket } from 'node:net';
import { startRelay, type Relay } from './relay.ts';

export interface CuttingRelay extends Relay {
  /** Breaks the connections of the next answers, so many of them, at their first byte. */
  cutAnswers(count: number): void;
  /** Breaks all connections now. */
  cutNow(): void;
  /** Number of answers that were cut. */
  readonly cuts: number;
}

/** Starts a relay that loses answers on the way from a port of this machine. */
export async function startCuttingRelay(targetPort: number): Promise<CuttingRelay> {
  const open = new Set<Socket>();
  let [remaining, cuts] = [0, 0];
  const relay = await startRelay(targetPort, (client, target) => {
    const close = (): void => {
      open.delete(client);
      client.destroy();
      target.destroy();
    };
    open.add(client);
    for (const socket of [client, target]) socket.on('error', close).on('close', close);
    client.on('data', (bytes: Buffer) => target.write(bytes));
    target.on('data', (bytes: Buffer) => {
      if (remaining === 0) {
        client.write(bytes);
        return;
      }
      remaining -= 1;
      cuts += 1;
      close();
    });
  });
  return {
    ...relay,
    cutAnswers: (count) => {
      remaining = count;
    },
    cutNow: () => {
      for (const client of open) client.destroy();
    },
    get cuts() {
      return cuts;
    },
  };
}
