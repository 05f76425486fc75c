import type { AttributeName } from '../base/row-filter.ts';

/** The tenant of everyone, where nothing names another. */
export const DEFAULT_TENANT = 'default';

/** Names of the claims or headers that hold the parts of a principal. */
export type PrincipalSources = Readonly<Partial<Record<AttributeName | 'tenant', string>>> & {
  readonly subject: string;
};

/** How to check the tokens of an OpenID Connect issuer. */
export interface JwtOptions {
  readonly issuer: string;
  readonly audience: string;
  /** Undefined: found through the issuer's OpenID configuration. */
  readonly jwksUrl: string | undefined;
  /** The only algorithms taken, whatever a token's header says. */
  readonly algorithms: readonly string[];
  readonly clockToleranceSeconds: number;
  /** How soon after a fetch of the issuer's keys an unknown key id may cause another. */
  readonly keysCooldownSeconds: number;
  /** The tenant of tokens, where no claim names it. */
  readonly tenant: string;
  /** A name with dots may lead into nested claims. */
  readonly claims: PrincipalSources;
}

/** Which headers of a gateway to believe, and why. */
export interface GatewayOptions {
  readonly headers: PrincipalSources;
  /** The tenant where no header names it. */
  readonly tenant: string;
  /** What the gateway sends along to prove itself. Undefined: its address alone does. */
  readonly secret: { readonly header: string; readonly value: string } | undefined;
  /** Addresses and CIDR ranges that the gateway may call from. Empty: all, so there must be a secret. */
  readonly addresses: readonly string[];
}
