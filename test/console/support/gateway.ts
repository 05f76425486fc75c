import { once } from 'node:events';
import {
  createServer,
  request,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A key that signs for localhost alone, for tests: it protects nothing. Made by `openssl req -x509 -newkey ec`. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgt667uxrKUB91TYZ2
evMLrIGAM61CR4/0zqeqEIthfs+hRANCAAT1XkUYMRR5HTete+PsYdodTK4dJxAk
WG28Av2WbQijER0RoupQcIOLRaHOghi0uyxcYTDTm9zQjl/x5JuT9K/I
-----END PRIVATE KEY-----
`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUU2LnG+x6l6S9osdvHQLNn3fjfaowCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNzE0NDIzMloYDzIxMjYxMTAz
MTQ0MjMyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAT1XkUYMRR5HTete+PsYdodTK4dJxAkWG28Av2WbQijER0RoupQcIOL
RaHOghi0uyxcYTDTm9zQjl/x5JuT9K/Io28wbTAdBgNVHQ4EFgQUrLZ3+1t5ScT7
WbGz6HcTYftGbmYwHwYDVR0jBBgwFoAUrLZ3+1t5ScT7WbGz6HcTYftGbmYwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSQAwRgIhAPr2EueWN0rW4GqGP5HMOCQ9SVYb2CQ2eoEPTuiewwJyAiEA
8jDA0odhXb3onExIqQw0nZmPUSCSP1ZuJvwd4N1KFhA=
-----END CERTIFICATE-----
`;

interface GatewayParams {
  /** Path that it takes off, such as `/store/chat`. */
  readonly prefix?: string;
  readonly isTls?: boolean;
  /** Returns headers for the server, or `undefined` where it has answered itself. */
  readonly pass?: (
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ) => Readonly<Record<string, string>> | undefined;
}

export interface Gateway extends AsyncDisposable {
  /** Address with the prefix, without a slash at its end. */
  readonly url: string;
}

/** Starts a proxy in front of a server. It rewrites the host, and tells the one before as real ones do. */
export async function startGateway(
  target: string,
  { prefix = '', isTls = false, pass = () => ({}) }: GatewayParams,
): Promise<Gateway> {
  const forward: RequestListener = (incoming, outgoing) => {
    const given = pass(incoming, outgoing);
    if (given === undefined) return;
    const headers = {
      ...incoming.headers,
      'x-forwarded-host': incoming.headers.host,
      host: new URL(target).host,
      ...given,
    };
    const path = (incoming.url ?? '').slice(prefix.length);
    const forwarded = request(`${target}${path}`, { method: incoming.method, headers });
    forwarded.on('response', (answer) => {
      // A browser repeats a request by itself when it was lost on a reused connection.
      outgoing.writeHead(answer.statusCode ?? 500, { ...answer.headers, connection: 'close' });
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    outgoing.on('close', () => forwarded.destroy());
    incoming.pipe(forwarded);
  };
  const server = isTls
    ? createTlsServer({ key: KEY, cert: CERTIFICATE }, forward)
    : createServer(forward);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Sound: it listens on TCP.
  const { port } = server.address() as AddressInfo;
  return {
    url: `${isTls ? 'https' : 'http'}://127.0.0.1:${port}${prefix}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
