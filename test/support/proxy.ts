import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/**
 * Moment at which the proxy breaks a connection.
 *
 * - `before`: the request never arrives.
 * - `after`: the request arrives, and its answer never does.
 * - `during`: the request arrives, and its client is disconnected at once.
 */
type Cut = 'before' | 'after' | 'during';

export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** Returns the number of times that a client sent something and awaited its answer. */
  readonly roundTrips: () => number;
  /** Breaks the connection of the next request that contains these bytes. */
  cut(how: Cut, marker: string): void;
  /** Stops forwarding, and closes nothing. */
  hold(): void;
}

/** Starts a TCP proxy of a server on this machine, which breaks connections on request. */
export async function startProxy(targetPort: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let planned: { readonly how: Cut; readonly marker: string } | undefined;
  let trips = 0;
  let isHolding = false;
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1');
    let isAsking = false;
    let isCutAfter = false;
    const close = (): void => {
      client.destroy();
      target.destroy();
    };
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', close).on('close', () => {
        sockets.delete(socket);
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
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // Sound: a server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    roundTrips: () => trips,
    cut: (how, marker) => {
      planned = { how, marker };
    },
    hold: () => {
      isHolding = true;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
