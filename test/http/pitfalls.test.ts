import { expect, test } from 'vitest';
import { SETTINGS } from '../../src/config/settings.ts';
import { loadConfig } from '../../src/index.ts';

test('every setting does something', async () => {
  const other: Readonly<Record<keyof typeof SETTINGS, string>> = {
    host: 'localhost',
    port: '1',
    databaseUrl: 'sqlite:other.db',
    allowAnonymous: 'true',
    databasePoolSize: '5',
    databaseStatementTimeout: '5',
    databaseLockTimeout: '5',
    databaseApplicationName: 'other',
    databasePreparedStatements: 'off',
    rls: 'on',
    sqliteSynchronous: 'normal',
    dialect: 'llama-stack',
    auth: 'keys',
    authHeadersSecret: 'secret',
    userIsolation: 'true',
    auditLog: '-',
    rateLimitPerAddress: '1',
    rateLimitPerPrincipal: '1',
    corsOrigins: 'https://example.com',
    requestTimeout: '1',
    maxConnections: '1',
    maxItemsPerRequest: '21',
    maxPageSize: '101',
    maxBodyBytes: '2000',
    maxNesting: '9',
    logLevel: 'warn',
    logFormat: 'json',
    slowRequest: '5',
    metrics: '127.0.0.1:1',
    drainTimeout: '1',
  };
  const postgres = { COLLOQUY_DATABASE_URL: 'postgres://127.0.0.1/db' };
  for (const [key, value] of Object.entries(other)) {
    // Sound: `other` has exactly the keys of SETTINGS.
    const { name } = SETTINGS[key as keyof typeof SETTINGS];
    const isOfPostgres = /^(database-(?!url)|rls)/.test(name);
    const database = isOfPostgres ? postgres : {};
    const variable = `COLLOQUY_${name.replaceAll('-', '_').toUpperCase()}`;
    const load = (more: Record<string, string>) =>
      loadConfig({ environment: { ...database, ...more } });
    // Two settings make sense beside a scheme only, and are refused without one.
    const config = await load({ [variable]: value }).catch(() => undefined);
    expect(config, name).not.toEqual(await load({}));
    const beside = await load({ COLLOQUY_AUTH: 'keys', [variable]: value });
    if (key !== 'auth') {
      expect(beside, name).not.toEqual(await load({ COLLOQUY_AUTH: 'keys' }));
    }
  }
});
