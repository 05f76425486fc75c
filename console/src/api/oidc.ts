/** Sign-in at an OpenID Connect issuer: authorization code with PKCE, for a client without a secret. Loaded on use. */

import * as oauth from 'oauth4webapi';
import type { OidcClient } from './objects.ts';

/** What a sign-in needs when it comes back. It is kept in the tab's storage while the browser is at the issuer. */
export interface Leave {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Fragment of the page to come back to. */
  readonly fragment: string;
  /** Set where the issuer was asked not to show anything. */
  readonly isSilent: boolean;
}

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  /** Seconds. */
  readonly lifetime: number | undefined;
}

/** An error of the issuer, by its code. */
export class IssuerFailure extends Error {
  override readonly name = 'IssuerFailure';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The console's own address, without query and fragment. */
const REDIRECT = new URL('./', document.baseURI).href;
const LOOPBACK = /^http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/;

/** Plain HTTP is for issuers on this machine alone. */
function optionsFor({ issuer }: OidcClient) {
  return { [oauth.allowInsecureRequests]: LOOPBACK.test(new URL(issuer).origin) };
}

let found: Promise<oauth.AuthorizationServer> | undefined;

function configurationOf(client: OidcClient): Promise<oauth.AuthorizationServer> {
  found ??= discover(client);
  // An issuer that was away is asked again.
  found.catch(() => (found = undefined));
  return found;
}

async function discover(client: OidcClient): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(client.issuer);
  const response = await oauth.discoveryRequest(issuer, optionsFor(client));
  return oauth.processDiscoveryResponse(issuer, response);
}

/** Returns the address at the issuer, and what the way back needs. Rejects with an `IssuerFailure`. */
export async function wayThere(
  client: OidcClient,
  { fragment, isSilent }: Pick<Leave, 'fragment' | 'isSilent'>,
): Promise<{ readonly address: string; readonly leave: Leave }> {
  return inWords(async () => {
    const { authorization_endpoint: endpoint } = await configurationOf(client);
    if (endpoint === undefined) throw new Error('it names no authorization_endpoint');
    const leave = {
      state: oauth.generateRandomState(),
      nonce: oauth.generateRandomNonce(),
      verifier: oauth.generateRandomCodeVerifier(),
      fragment,
      isSilent,
    };
    const address = new URL(endpoint);
    const parameters = {
      ...client.parameters,
      client_id: client.client_id,
      redirect_uri: REDIRECT,
      response_type: 'code',
      scope: client.scope,
      state: leave.state,
      nonce: leave.nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(leave.verifier),
      code_challenge_method: 'S256',
      ...(isSilent && { prompt: 'none' }),
    };
    for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
    return { address: address.href, leave };
  });
}

/** Takes the issuer's answer out of an address. Rejects with an `IssuerFailure`. */
export async function tokensOf(client: OidcClient, from: URL, leave: Leave): Promise<Tokens> {
  return inWords(async () => {
    const issuer = await configurationOf(client);
    const known = { client_id: client.client_id };
    const answer = oauth.validateAuthResponse(issuer, known, from, leave.state);
    const response = await oauth.authorizationCodeGrantRequest(
      issuer,
      known,
      oauth.None(),
      answer,
      REDIRECT,
      leave.verifier,
      optionsFor(client),
    );
    return tokensIn(
      await oauth.processAuthorizationCodeResponse(issuer, known, response, {
        expectedNonce: leave.nonce,
        requireIdToken: true,
      }),
    );
  });
}

/** Exchanges a refresh token, which is used up by it. Rejects with an `IssuerFailure`. */
export async function refreshed(client: OidcClient, refreshToken: string): Promise<Tokens> {
  return inWords(async () => {
    const issuer = await configurationOf(client);
    const known = { client_id: client.client_id };
    const response = await oauth.refreshTokenGrantRequest(
      issuer,
      known,
      oauth.None(),
      refreshToken,
      optionsFor(client),
    );
    const tokens = tokensIn(await oauth.processRefreshTokenResponse(issuer, known, response));
    // An issuer that does not rotate leaves it out.
    return { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken };
  });
}

function tokensIn(answer: oauth.TokenEndpointResponse): Tokens {
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token,
    lifetime: answer.expires_in,
  };
}

async function inWords<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (
      error instanceof oauth.AuthorizationResponseError ||
      error instanceof oauth.ResponseBodyError
    ) {
      throw new IssuerFailure(error.error, error.error_description ?? '');
    }
    if (error instanceof TypeError) throw new IssuerFailure('unreachable', '');
    throw new IssuerFailure('invalid_answer', error instanceof Error ? error.message : '');
  }
}
