import { ApiKeyScheme } from '../access/authentication/api-keys.ts';
import { authenticate } from '../access/authentication/authenticate.ts';
import { GatewayScheme } from '../access/authentication/gateway-headers.ts';
import type { Scheme } from '../access/authentication/scheme.ts';
import { isolated } from '../access/authentication/user-isolation.ts';
import type { Config } from '../config/config.ts';
import type { Store } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { HttpOptions } from '../wire/http/server.ts';
import type { Components } from './components.ts';

/** Returns the authentication by the configured schemes. Refused credentials go to the audit trail and the log. */
export async function authenticator(
  { auth }: Config,
  { store, audit, telemetry }: Components,
): Promise<HttpOptions['authenticate']> {
  const schemes = await Promise.all(
    auth.schemes.map((name) => buildScheme(name, auth, store, telemetry)),
  );
  const plain: HttpOptions['authenticate'] = (credentials, requestId) =>
    authenticate(schemes, credentials, ({ scheme, reason }) => {
      audit?.recordRefusal(requestId, scheme, reason);
      telemetry.log?.refused(scheme, reason, requestId);
    });
  if (!auth.userIsolation) return plain;
  return async (credentials, requestId) =>
    isolated(await plain(credentials, requestId), credentials);
}

async function buildScheme(
  name: Config['auth']['schemes'][number],
  { jwt, headers }: Config['auth'],
  store: Store,
  telemetry: Telemetry,
): Promise<Scheme> {
  if (name === 'keys') {
    return new ApiKeyScheme(store.keys, (isHit) => telemetry.lookedUp('api_keys', isHit));
  }
  if (name === 'headers' && headers !== undefined) return new GatewayScheme(headers);
  if (name === 'jwt' && jwt !== undefined) {
    // Imported on use: loading it delays the start of every server.
    const { JwtScheme } = await import('../access/authentication/jwt.ts');
    return new JwtScheme(jwt, (isHit) => telemetry.lookedUp('issuer_keys', isHit));
  }
  throw new Error(`the scheme ${name} has no configuration`);
}
