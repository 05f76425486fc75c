const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/** Checks that a host, given as an address or a name, can be reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}
