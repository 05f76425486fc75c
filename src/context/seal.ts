import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Owner and use of a sealed text. It opens for the same two alone. */
export interface SealScope {
  readonly tenant: string;
  readonly purpose: 'reasoning' | 'compaction';
}

const VERSION = 'clq1';
const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const LEAST_SECRET_BYTES = 32;

/** Seals texts that clients keep for the server: `clq1.` and base64url of a nonce, the encrypted text and its tag. */
export class TextSeal {
  readonly #key: Buffer;

  /** Throws a `RangeError` if the secret has less than 32 bytes. */
  constructor(secret: Uint8Array) {
    if (secret.length < LEAST_SECRET_BYTES) {
      throw new RangeError(`the secret of sealed texts must have ${LEAST_SECRET_BYTES} bytes`);
    }
    const key = hkdfSync('sha256', secret, new Uint8Array(), `colloquy ${VERSION}`, KEY_BYTES);
    this.#key = Buffer.from(key);
  }

  seal(text: string, scope: SealScope): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, nonce).setAAD(boundData(scope));
    const encrypted = [cipher.update(text, 'utf8'), cipher.final()];
    const bytes = Buffer.concat([nonce, ...encrypted, cipher.getAuthTag()]);
    return `${VERSION}.${bytes.toString('base64url')}`;
  }

  /** Returns the text of a seal; `undefined` if it is damaged, of another server, of another scope, or not a seal. */
  open(sealed: string, scope: SealScope): string | undefined {
    const [version, body = '', ...rest] = sealed.split('.');
    const bytes = Buffer.from(body, 'base64url');
    // Decoding skips characters that are not base64url.
    const isWhole = bytes.toString('base64url') === body && rest.length === 0;
    if (version !== VERSION || !isWhole || bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
    const decipher = createDecipheriv(CIPHER, this.#key, bytes.subarray(0, NONCE_BYTES));
    decipher.setAAD(boundData(scope)).setAuthTag(bytes.subarray(-TAG_BYTES));
    const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    try {
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      return undefined;
    }
  }
}

function boundData({ tenant, purpose }: SealScope): Buffer {
  return Buffer.from(JSON.stringify([VERSION, tenant, purpose]));
}
