import { randomFillSync } from 'node:crypto';

/** Random bytes come by the thousand: asking for a few at a time costs more than all else in an id. */
const POOL = Buffer.alloc(8 * 1024);
let used = POOL.length;

/** Returns cryptographically random bytes in hex. `bytes` must not exceed the pool, or the text is shorter. */
export function randomHex(bytes: number): string {
  if (used + bytes > POOL.length) {
    randomFillSync(POOL);
    used = 0;
  }
  used += bytes;
  return POOL.toString('hex', used - bytes, used);
}
