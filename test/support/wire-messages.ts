/** Messages of PostgreSQL's protocol, https://www.postgresql.org/docs/current/protocol-message-formats.html */

export interface Message {
  /** The first byte of the message, as a character. */
  readonly type: string;
  /** The whole message. */
  readonly bytes: Buffer;
}

export const SYNC = Buffer.from('S\0\0\0\x04', 'latin1');
export const FLUSH = Buffer.from('H\0\0\0\x04', 'latin1');

/** Length of a message's type and length. */
const HEADER = 5;

/** Divides a stream of bytes into messages. */
export class MessageReader {
  #rest: Buffer = Buffer.alloc(0);

  /** Returns the messages that are complete with these bytes. */
  push(bytes: Buffer): readonly Message[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const messages: Message[] = [];
    while (this.#rest.length >= HEADER) {
      // The length counts itself, and not the type.
      const length = this.#rest.readInt32BE(1) + 1;
      if (this.#rest.length < length) break;
      const whole = this.#rest.subarray(0, length);
      messages.push({ type: whole.toString('latin1', 0, 1), bytes: whole });
      this.#rest = this.#rest.subarray(length);
    }
    return messages;
  }
}

/** Returns the texts at the beginning of a message, each of which ends with a zero byte. */
export function textsOf({ bytes }: Message, count: number): readonly string[] {
  const texts: string[] = [];
  let start = HEADER;
  while (texts.length < count) {
    const end = bytes.indexOf(0, start);
    texts.push(bytes.toString('utf8', start, end));
    start = end + 1;
  }
  return texts;
}
