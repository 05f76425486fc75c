const UNIX_SOCKET = /^unix:(.+)$/s;

/** Returns the path of a host that is given as `unix:PATH`; `undefined` for an address or a name. */
export function unixSocketPath(host: string): string | undefined {
  return UNIX_SOCKET.exec(host)?.[1];
}
