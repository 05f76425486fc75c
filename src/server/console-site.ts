import type { Config } from '../config/config.ts';
import { ConsoleSite } from '../wire/console/console-site.ts';
import { IssuerOrigins } from '../wire/console/issuer-origins.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** Returns the console of a server; `undefined` when it is off. */
export function consoleSite(
  { enabled, oidc, frameAncestors }: Config['console'],
  log: Telemetry['log'],
  stack: AsyncDisposableStack,
): ConsoleSite | undefined {
  if (!enabled) return undefined;
  const issuer =
    oidc === undefined ? undefined : stack.use(new IssuerOrigins({ issuer: oidc.issuer, log }));
  return new ConsoleSite({ issuer, frameAncestors });
}
