import type * as Pg from 'pg';
import { OperatorError } from '../../base/errors/operator-error.ts';

type ConnectCallback = ((error: Error) => void) | ((error: null, client: Pg.Client) => void);

/**
 * Makes a client whose connection may break at any moment, also between logging in and its first use: the failure then
 * reaches the user of its next query. The client closes its connection when it could not log in; the package alone
 * leaves that to the server, a minute later.
 */
export function tidy(Client: typeof Pg.Client): typeof Pg.Client {
  return class TidyClient extends Client {
    constructor(config?: Pg.ClientConfig) {
      super(config);
      this.on('error', () => undefined);
    }

    override connect(): Promise<Pg.Client>;
    override connect(callback: ConnectCallback): void;
    override async connect(callback?: ConnectCallback): Promise<Pg.Client> {
      // Sound: the callback is called with what it is for, an error or none and the client.
      const tell = callback as ((error: Error | null, client?: Pg.Client) => void) | undefined;
      try {
        await super.connect();
      } catch (error) {
        this.end().catch(() => undefined);
        if (tell === undefined || !(error instanceof Error)) throw error;
        tell(error);
        return this;
      }
      tell?.(null, this);
      return this;
    }
  };
}

/** The package `pg`, which is the operator's to install. */
export async function loadPackage(): Promise<Pick<typeof Pg, 'Client' | 'Pool'>> {
  try {
    return await import('pg');
  } catch (error) {
    throw new OperatorError(
      'missing_package',
      'PostgreSQL needs the package pg, which is not installed.',
      'Install it beside colloquy: npm install pg@8.',
      error,
    );
  }
}
