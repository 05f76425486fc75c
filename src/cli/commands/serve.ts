import { once } from 'node:events';
import { databaseName } from '../../options/database.ts';
import { unixSocketPath } from '../../base/unix-socket.ts';
import { messageOf } from '../../base/errors/message-of.ts';
import { OperatorError } from '../../base/errors/operator-error.ts';
import { loadConfig } from '../../config/load.ts';
import { packageVersion } from '../../config/version.ts';
import { addressName, ListenError } from '../../server/server.ts';
import { createServer } from '../../server/create.ts';
import type { Command } from '../command.ts';
import { storeError } from '../database/errors.ts';

export const serve: Command = {
  usage: ['colloquy serve'],
  summary: 'Serve until a signal stops the process.',
  takesSettings: true,
  drains: true,
  run: async (context) => {
    const config = await loadConfig(context);
    const server = await createServer(config, { log: 'stderr' }).catch((error: unknown) => {
      throw storeError(error, config.database);
    });
    try {
      const url = await server.listen().catch((error: unknown) => {
        throw error instanceof ListenError ? listenError(error) : error;
      });
      context.print(
        `colloquy ${packageVersion()} listening on ${url} (database ${databaseName(config.database)})`,
      );
      if (config.console.enabled && unixSocketPath(url) === undefined) {
        context.print(`console: ${new URL('/console/', url).href}`);
      }
      if (!context.stop.aborted) await once(context.stop, 'abort');
    } finally {
      await server.close();
    }
  },
};

function listenError({ setting, host, port, cause }: ListenError): OperatorError {
  const path = unixSocketPath(host);
  const flags = setting === 'metrics' ? '--metrics' : '--port or --host';
  const isTaken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
  if (path !== undefined) return socketError(path, isTaken, cause);
  return isTaken
    ? new OperatorError(
        'port_in_use',
        `Port ${port} on ${host} is taken by another process.`,
        `Stop that process, or choose another port with ${flags}; port 0 takes any free one.`,
        cause,
      )
    : new OperatorError(
        'cannot_listen',
        `Cannot listen on ${addressName({ host, port })}: ${messageOf(cause)}`,
        `Choose another address with ${flags}.`,
        cause,
      );
}

function socketError(path: string, isTaken: boolean, cause: unknown): OperatorError {
  return isTaken
    ? new OperatorError(
        'port_in_use',
        `The socket ${path} is taken by another process.`,
        'Stop that process, or choose another path with --host.',
        cause,
      )
    : new OperatorError(
        'cannot_listen',
        `Cannot listen on unix:${path}: ${messageOf(cause)}`,
        'Choose another path with --host, in a folder that exists and that this user may write to.',
        cause,
      );
}
