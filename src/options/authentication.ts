import type { AttributeName } from '../base/row-filter.ts';

/** The tenant of all callers when no setting and no credential names another. */
export const DEFAULT_TENANT = 'default';

/** Names of the claims or headers that hold a principal. `undefined` for an attribute that none holds. */
type PrincipalSources = Readonly<Record<AttributeName | 'tenant', string | undefined>> & {
  readonly subject: string;
};

/** Checks for the tokens of an OpenID Connect issuer. */
export interface JwtOptions {
  readonly issuer: string;
  readonly audience: string;
  /** `undefined` to find it through the issuer's OpenID configuration. */
  readonly jwksUrl: string | undefined;
  /** The only algorithms taken, whatever a token's header names. */
  readonly algorithms: readonly string[];
  readonly clockToleranceSeconds: number;
  /** Time after a fetch of the issuer's keys before an unknown key id may cause another. */
  readonly keysCooldownSeconds: number;
  /** The tenant of all tokens when `claims` has none. */
  readonly tenant: string;
  /** A name with dots leads into nested claims. */
  readonly claims: PrincipalSources;
}

/** Headers of a gateway, and the proof that they come from it. */
export interface GatewayOptions {
  readonly headers: PrincipalSources;
  /** The tenant of all callers when `headers` has none. */
  readonly tenant: string;
  /** Secret that the gateway sends with each request; `undefined` when its address alone is the proof. */
  readonly secret: { readonly header: string; readonly value: string } | undefined;
  /** Addresses and CIDR ranges that the gateway may call from. When empty, any, and then there is a secret. */
  readonly addresses: readonly string[];
}
