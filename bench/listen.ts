import type { Server } from 'node:net';

/** Listens on a free port and prints the base URL. */
export function listen(server: Server): void {
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : '';
    process.stdout.write(`http://127.0.0.1:${port}/v1\n`);
  });
}
