import { decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose';
import type { JwtOptions } from '../../options/authentication.ts';
import { attributesFrom, principalOf } from '../principal.ts';
import { IssuerKeys } from './issuer-keys.ts';
import { bearerToken, failure, NOT_MINE, type Outcome, type Scheme } from './scheme.ts';

const MS_PER_SECOND = 1000;

/** A token of three dotted parts; whatever else is a bearer token belongs to another scheme. */
const COMPACT_JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** `Authorization: Bearer <JWT>` of an OpenID Connect issuer. */
export class JwtScheme implements Scheme {
  readonly name = 'jwt';
  readonly #options: JwtOptions;
  readonly #keys: IssuerKeys;

  constructor(options: JwtOptions, onLookup: (isHit: boolean) => void = () => undefined) {
    this.#options = options;
    this.#keys = new IssuerKeys(options, onLookup);
  }

  async authenticate(credentials: Parameters<Scheme['authenticate']>[0]): Promise<Outcome> {
    const token = bearerToken(credentials);
    if (token === undefined || !COMPACT_JWT.test(token)) return NOT_MINE;
    const { issuer, audience, algorithms, clockToleranceSeconds } = this.#options;
    // Before any key is fetched: what could not be valid does not trouble the issuer.
    if (!algorithms.includes(algorithmOf(token))) {
      return failure('an algorithm that is not configured');
    }
    try {
      const { payload } = await jwtVerify(token, this.#keys.find, {
        issuer,
        audience,
        algorithms: [...algorithms],
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ['exp'],
      });
      return this.#principal(payload);
    } catch (error) {
      return isTokensFault(error) ? failure(error.code) : { kind: 'unavailable', cause: error };
    }
  }

  #principal(payload: JWTPayload): Outcome {
    const { claims, tenant: fixedTenant } = this.#options;
    const subject = claim(payload, claims.subject);
    const tenant = claims.tenant === undefined ? fixedTenant : claim(payload, claims.tenant);
    if (typeof subject !== 'string') return failure(`no claim ${claims.subject}`);
    if (typeof tenant !== 'string') return failure(`no claim ${claims.tenant}`);
    const attributes = attributesFrom((name) => {
      const source = claims[name];
      return source === undefined ? [] : texts(claim(payload, source));
    });
    const end = payload.exp === undefined ? {} : { expiresAt: payload.exp * MS_PER_SECOND };
    const credentials = { scheme: 'jwt', ...end } as const;
    return { kind: 'success', principal: principalOf(tenant, subject, attributes, credentials) };
  }
}

function algorithmOf(token: string): string {
  try {
    return decodeProtectedHeader(token).alg ?? '';
  } catch {
    return '';
  }
}

/** Codes of faults in a token. All other faults concern the issuer or the way to it. */
const TOKEN_FAULTS = new Set<string>([
  errors.JWTExpired.code,
  errors.JWTClaimValidationFailed.code,
  errors.JWTInvalid.code,
  errors.JWSInvalid.code,
  errors.JWSSignatureVerificationFailed.code,
  errors.JOSEAlgNotAllowed.code,
  errors.JOSENotSupported.code,
  errors.JWKSNoMatchingKey.code,
  errors.JWKSMultipleMatchingKeys.code,
]);

function isTokensFault(error: unknown): error is errors.JOSEError {
  return error instanceof errors.JOSEError && TOKEN_FAULTS.has(error.code);
}

/** A claim by its whole name, or by a dotted path into nested claims. */
function claim(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  let value: unknown = payload;
  for (const key of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

/** A list of texts as it is; one text is a list of one and never split, since names may have spaces. */
function texts(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((entry): entry is string => typeof entry === 'string' && entry !== '');
}
