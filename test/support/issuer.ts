import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';

export interface Issuer extends AsyncDisposable {
  readonly url: string;
  /** Returns the number of requests for the keys. */
  readonly keyFetches: () => number;
  /** Returns the number of requests. */
  readonly requests: () => number;
  /** Signs a token with the current key. `claims` and `header` replace the defaults, and a null `kid` names no key. */
  token(
    claims: JWTPayload,
    header?: { alg?: string; kid?: string | null },
    expiry?: 'never',
  ): Promise<string>;
  /** Replaces the signing key. The old one is published on only when it is kept. */
  rotate(old?: 'kept'): Promise<void>;
  setOnline(online: boolean): void;
  /** Changes the name in the issuer's configuration, which is its URL by default. */
  callItself(name: string): void;
}

/** Starts an OpenID Connect issuer on loopback, with discovery, rotating keys and tokens. */
export async function startIssuer(): Promise<Issuer> {
  let number = 0;
  let online = true;
  let fetches = 0;
  let requests = 0;
  let name: string | undefined;
  let current = await newKey('ES256');
  let kept: object[] = [];
  // A published and valid key of an algorithm that no test configures.
  const other = await newKey('EdDSA');
  async function newKey(alg: string): Promise<{ kid: string; privateKey: CryptoKey; jwk: object }> {
    const { publicKey, privateKey } = await generateKeyPair(alg);
    const kid = `key-${(number += 1)}`;
    return {
      kid,
      privateKey,
      jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig' },
    };
  }
  const server = createServer((request, response) => {
    requests += 1;
    if (!online) {
      response.writeHead(500).end();
      return;
    }
    response.setHeader('content-type', 'application/json');
    if (request.url === '/.well-known/openid-configuration') {
      response.end(JSON.stringify({ issuer: name ?? url, jwks_uri: `${url}/keys` }));
    } else {
      fetches += 1;
      response.end(JSON.stringify({ keys: [current.jwk, ...kept, other.jwk] }));
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // Sound: a server that listens on TCP has such an address.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    keyFetches: () => fetches,
    requests: () => requests,
    token: (claims, header, expiry) => {
      const key = header?.alg === 'EdDSA' ? other : current;
      const { alg = 'ES256', kid = key.kid } = header ?? {};
      const jwt = new SignJWT({ iss: url, aud: 'colloquy', sub: 'ann', ...claims })
        .setProtectedHeader(kid === null ? { alg } : { alg, kid })
        .setIssuedAt();
      return (expiry === 'never' ? jwt : jwt.setExpirationTime(claims.exp ?? '5m')).sign(
        key.privateKey,
      );
    },
    rotate: async (old) => {
      kept = old === 'kept' ? [...kept, current.jwk] : [];
      current = await newKey('ES256');
    },
    setOnline: (value) => {
      online = value;
    },
    callItself: (value) => {
      name = value;
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
