const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/** Whether a host, given as an address or a name, is this machine, and nobody else can reach it. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}
