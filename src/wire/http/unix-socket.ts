import { once } from 'node:events';
import { chmod, lstat, unlink } from 'node:fs/promises';
import { connect, type Server } from 'node:net';

/** Read and write for the owner and the group: connecting takes the right to write. */
const MODE = 0o660;

/** Longest path of a socket: the system's structure for it, less the byte that ends it. */
const MAX_SOCKET_PATH_BYTES = process.platform === 'linux' ? 107 : 103;

/**
 * Listens on a Unix socket that the owner and the group may connect to. Takes the place of a socket that a dead
 * process has left; rejects with `EADDRINUSE` for one that a living process listens on. Rejects for any other file
 * and for a path that is too long.
 */
export async function listenOnSocket(server: Server, path: string): Promise<void> {
  const pathBytes = Buffer.byteLength(path);
  if (pathBytes > MAX_SOCKET_PATH_BYTES) {
    throw new Error(`the path has ${pathBytes} bytes, of at most ${MAX_SOCKET_PATH_BYTES}`);
  }
  try {
    await listen(server, path);
  } catch (error) {
    if (!isInUse(error) || !(await removeStaleSocket(path))) throw error;
    await listen(server, path);
  }
  await chmod(path, MODE);
}

async function listen(server: Server, path: string): Promise<void> {
  server.listen({ path });
  await once(server, 'listening');
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

/** Removes a socket that nothing listens on. Resolves with `false` for another; rejects for any other file. */
async function removeStaleSocket(path: string): Promise<boolean> {
  const before = await lstat(path);
  if (!before.isSocket()) throw new Error('there is a file that is not a socket');
  if (await isListenedOn(path)) return false;
  // Another process may have taken its place in the meantime.
  if ((await lstat(path)).ino !== before.ino) return false;
  await unlink(path);
  return true;
}

async function isListenedOn(path: string): Promise<boolean> {
  const probe = connect({ path });
  try {
    await once(probe, 'connect');
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED');
  } finally {
    probe.destroy();
  }
}
