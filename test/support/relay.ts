import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Relay extends AsyncDisposable {
  readonly port: number;
}

/**
 * Listens on a free port of this machine, and connects each client to a port of it. `join` forwards the bytes between
 * the two sockets, and closes them.
 */
export async function startRelay(
  targetPort: number,
  join: (client: Socket, target: Socket) => void,
): Promise<Relay> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1');
    for (const socket of [client, target]) {
      sockets.add(socket);
      // Messages of a few bytes would otherwise wait for the acknowledgement of the ones before them.
      socket.setNoDelay();
      socket.on('close', () => sockets.delete(socket));
    }
    join(client, target);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // Sound: a server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
