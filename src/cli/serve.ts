import { once } from 'node:events';
import { databaseName } from '../base/database-options.ts';
import { messageOf } from '../base/message-of.ts';
import { OperatorError } from '../base/operator-error.ts';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/config.ts';
import { packageVersion } from '../config/version.ts';
import { createServer } from '../server.ts';
import type { Command } from './command.ts';
import { openingError } from './database.ts';

export const serve: Command = {
  usage: 'colloquy serve',
  summary: 'Serve until told to stop.',
  takesSettings: true,
  drains: true,
  run: async (context) => {
    const config = await loadConfig(context);
    const server = await createServer(config, { log: 'stderr' }).catch((error: unknown) => {
      throw openingError(error, config.database);
    });
    try {
      const url = await server.listen().catch((error: unknown) => {
        throw listenError(error, config);
      });
      context.print(
        `colloquy ${packageVersion()} listening on ${url} (database ${databaseName(config.database)})`,
      );
      if (!context.stop.aborted) await once(context.stop, 'abort');
    } finally {
      await server.close();
    }
  },
};

/** Says which of the two addresses it is about, and by which setting that is chosen. */
function listenError(error: unknown, { host, port, metrics }: Config): OperatorError {
  // Sound: anything may have these, or none.
  const { code, port: refused } = Object(error) as { code?: unknown; port?: unknown };
  const isOfMetrics = typeof metrics !== 'string' && refused === metrics.port && refused !== port;
  const at = isOfMetrics ? metrics : { host, port };
  const setting = isOfMetrics ? '--metrics' : '--port or --host';
  return code === 'EADDRINUSE'
    ? new OperatorError(
        'port_in_use',
        `Port ${at.port} on ${at.host} is taken by another process.`,
        `Stop that process, or choose another port with ${setting}; port 0 takes any free one.`,
        error,
      )
    : new OperatorError(
        'cannot_listen',
        `Cannot listen on ${at.host}, port ${at.port}: ${messageOf(error)}`,
        `Choose another address with ${setting}.`,
        error,
      );
}
