const FETCH_TIMEOUT_MS = 5_000;

/** The configuration that an OpenID Connect issuer publishes, by the names of its fields. */
export type IssuerConfiguration = Readonly<Record<string, unknown>>;

/** Fetches the configuration of an issuer. Rejects when it does not answer, or names another issuer. */
export async function discover(issuer: string): Promise<IssuerConfiguration> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
  const document: unknown = response.ok ? await response.json() : undefined;
  if (typeof document !== 'object' || document === null) {
    throw new Error(`${url} answered ${response.status}`);
  }
  if (!('issuer' in document) || document.issuer !== issuer) {
    throw new Error(`${url} is the configuration of another issuer`);
  }
  return document;
}
