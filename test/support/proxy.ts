import { startRelay, type Relay } from './relay.ts';

/**
 * Moment at which the proxy breaks a connection.
 *
 * - `before`: the request never arrives.
 * - `after`: the request arrives, and its answer never does.
 * - `during`: the request arrives, and its client is disconnected at once.
 */
type Cut = 'before' | 'after' | 'during';

export interface Proxy extends Relay {
  /** Returns the number of times that a client sent something and awaited its answer. */
  readonly roundTrips: () => number;
  /** Breaks the connection of the next request that contains these bytes. */
  cut(how: Cut, marker: string): void;
  /** Stops forwarding, and closes nothing. */
  hold(): void;
}

/** Starts a TCP proxy of a server on this machine, which breaks connections on request. */
export async function startProxy(targetPort: number): Promise<Proxy> {
  let planned: { readonly how: Cut; readonly marker: string } | undefined;
  let trips = 0;
  let isHolding = false;
  const relay = await startRelay(targetPort, (client, target) => {
    let isAsking = false;
    let isCutAfter = false;
    const close = (): void => {
      client.destroy();
      target.destroy();
    };
    for (const socket of [client, target]) {
      socket.on('error', close).on('close', () => {
        // The connection to the server stays open until the server has the request.
        if (!isCutAfter) close();
      });
    }
    client.on('data', (bytes) => {
      if (isHolding) return;
      if (!isAsking) trips += 1;
      isAsking = true;
      const cut = planned !== undefined && bytes.includes(planned.marker) ? planned.how : undefined;
      if (cut === undefined) {
        target.write(bytes);
        return;
      }
      planned = undefined;
      if (cut === 'before') return close();
      isCutAfter = true;
      target.write(bytes);
      if (cut === 'during') client.destroy();
    });
    target.on('data', (bytes) => {
      isAsking = false;
      if (isCutAfter) {
        isCutAfter = false;
        return close();
      }
      client.write(bytes);
    });
  });
  return {
    ...relay,
    roundTrips: () => trips,
    cut: (how, marker) => {
      planned = { how, marker };
    },
    hold: () => {
      isHolding = true;
    },
  };
}
