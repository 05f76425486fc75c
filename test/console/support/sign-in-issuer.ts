import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export const CLIENT_ID = 'colloquy-console';

/** How an issuer behaves from now on. */
export interface Behaviour {
  /** Error of the next authorizations; `undefined` to sign in without a question. */
  error: string | undefined;
  /** Whether somebody is signed in there, so that `prompt=none` succeeds. */
  hasSession: boolean;
  audience: string;
  subject: string;
  /** Seconds. */
  lifetime: number;
  givesRefreshTokens: boolean;
  /** Issuer that the answers name. */
  named: string | undefined;
  nonce: string | undefined;
}

export interface SignInIssuer extends AsyncDisposable {
  readonly url: string;
  readonly behaviour: Behaviour;
  /** Parameters of each authorization request. */
  readonly authorizations: readonly URLSearchParams[];
  /** Grant types of the token requests that were granted, and errors of the others. */
  readonly grants: readonly string[];
}

interface Code {
  readonly asked: URLSearchParams;
}

/** Starts an OpenID Connect issuer that checks PKCE, uses each code and each refresh token once, and asks nobody. */
export async function startSignInIssuer(): Promise<SignInIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', use: 'sig' };
  const behaviour: Behaviour = {
    error: undefined,
    hasSession: true,
    audience: 'colloquy',
    subject: 'ann',
    lifetime: 600,
    givesRefreshTokens: false,
    named: undefined,
    nonce: undefined,
  };
  const authorizations: URLSearchParams[] = [];
  const grants: string[] = [];
  const codes = new Map<string, Code>();
  const refreshTokens = new Set<string>();

  const signed = (claims: Record<string, unknown>): Promise<string> =>
    new SignJWT({ iss: behaviour.named ?? url, sub: behaviour.subject, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuedAt()
      .setExpirationTime(`${behaviour.lifetime}s`)
      .sign(privateKey);

  const tokens = async (nonce: string | null): Promise<object> => {
    const refresh = crypto.randomUUID();
    if (behaviour.givesRefreshTokens) refreshTokens.add(refresh);
    return {
      token_type: 'Bearer',
      access_token: await signed({ aud: behaviour.audience }),
      expires_in: behaviour.lifetime,
      id_token: await signed({ aud: CLIENT_ID, nonce: behaviour.nonce ?? nonce ?? undefined }),
      ...(behaviour.givesRefreshTokens && { refresh_token: refresh }),
    };
  };

  const authorize = (asked: URLSearchParams, response: ServerResponse): void => {
    authorizations.push(asked);
    const back = new URL(asked.get('redirect_uri') ?? '');
    back.searchParams.set('state', asked.get('state') ?? '');
    back.searchParams.set('iss', behaviour.named ?? url);
    const isSilent = asked.get('prompt') === 'none';
    const error = isSilent && !behaviour.hasSession ? 'login_required' : behaviour.error;
    if (error === undefined) {
      const code = crypto.randomUUID();
      codes.set(code, { asked });
      back.searchParams.set('code', code);
    } else {
      back.searchParams.set('error', error);
    }
    response.writeHead(302, { location: back.href }).end();
  };

  /** Resolves with the answer to a token request, or with the code of its error. */
  const granted = async (form: URLSearchParams): Promise<object | string> => {
    if (form.get('client_id') !== CLIENT_ID) return 'invalid_client';
    if (form.get('grant_type') === 'refresh_token') {
      return refreshTokens.delete(form.get('refresh_token') ?? '') ? tokens(null) : 'invalid_grant';
    }
    const code = form.get('code') ?? '';
    const asked = codes.get(code)?.asked;
    codes.delete(code);
    const challenge = createHash('sha256').update(form.get('code_verifier') ?? '');
    const isProven =
      asked?.get('code_challenge_method') === 'S256' &&
      asked.get('code_challenge') === challenge.digest('base64url') &&
      asked.get('redirect_uri') === form.get('redirect_uri');
    return isProven ? tokens(asked.get('nonce')) : 'invalid_grant';
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '', url);
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('content-type', 'application/json');
    if (pathname === '/authorize') return authorize(searchParams, response);
    if (pathname === '/keys') return void response.end(JSON.stringify({ keys: [jwk] }));
    if (pathname === '/token') {
      const form = new URLSearchParams(await text(request));
      const given = await granted(form);
      grants.push(typeof given === 'string' ? given : (form.get('grant_type') ?? ''));
      if (typeof given === 'string') response.statusCode = 400;
      response.end(JSON.stringify(typeof given === 'string' ? { error: given } : given));
      return;
    }
    response.end(
      JSON.stringify({
        issuer: url,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        jwks_uri: `${url}/keys`,
        response_types_supported: ['code'],
        id_token_signing_alg_values_supported: ['ES256'],
        code_challenge_methods_supported: ['S256'],
        authorization_response_iss_parameter_supported: true,
      }),
    );
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, 'localhost');
  await once(server, 'listening');
  // Sound: a server that listens on TCP has such an address.
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    url,
    behaviour,
    authorizations,
    grants,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
