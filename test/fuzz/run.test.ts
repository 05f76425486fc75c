import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { summary } from '../../fuzz/report.ts';
import { fuzz, NO_OPERATION, type FuzzOptions, type Report } from '../../fuzz/run.ts';
import { startTarget, type Target } from '../../fuzz/target.ts';
import { TAUGHT } from '../../fuzz/taught/table.ts';
import { rawErrorResponse, unreadableRequest } from '../../src/wire/http/error-response.ts';

const OPTIONS: FuzzOptions = {
  seed: 1,
  requests: 1_500,
  soakMinutes: 0,
  memoryGrowth: 200,
  isStrict: false,
};
/** Exceeds the time of a short run on a busy machine. */
const SHORT_RUN_TIMEOUT_MS = 180_000;

let target: Target;
beforeAll(async () => {
  target = await startTarget(OPTIONS);
});
afterAll(() => target[Symbol.asyncDispose]());

describe.each([
  ['liberal', false],
  ['strict', true],
])('A short run against a %s server', (rules, isStrict) => {
  let report: Report;
  beforeAll(async () => {
    await using server = await startTarget({ isStrict });
    report = await fuzz(server, { ...OPTIONS, isStrict });
  }, SHORT_RUN_TIMEOUT_MS);

  test(`A run against a real ${rules} server finds no mismatch`, () => {
    expect(report.failure, summary(report)).toBeUndefined();
    expect(report.requests).toBe(OPTIONS.requests);
  });

  test(`A run sends valid and invalid requests for every operation of a ${rules} server`, () => {
    const operations = [...report.tally].filter(([name]) => name !== NO_OPERATION);
    expect(operations.length).toBeGreaterThan(12);
    expect(operations.map(([name]) => name).toSorted()).toEqual(Object.keys(TAUGHT).toSorted());
    for (const [name, counts] of operations) {
      const kinds = [...counts.keys()].map((status) => Math.floor(status / 100));
      const entry = TAUGHT[name];
      const neverSucceeds = entry?.access === 'private' && entry.neverSucceeds === true;
      expect(kinds, `${name} lacks a success or a refusal: raise its weight`).toEqual(
        expect.arrayContaining(neverSucceeds ? [4] : [2, 4]),
      );
    }
  });
});

/** An answer after the damage. */
interface Damaged {
  readonly status: number;
  readonly text: string;
  /** Header of a refused method. */
  readonly allow: string | undefined;
}
type Damage = (
  answer: Damaged,
  url: string,
  method: string,
  encoding: string | undefined,
) => Damaged | 'drop';

/** Starts a proxy that passes on the answers of the real server, with the damage. */
async function startDamaged(target: Target, damage: Damage): Promise<Target> {
  const pass = (request: IncomingMessage, response: ServerResponse): void => {
    const { method = '', url = '', rawHeaders } = request;
    const options = { method, path: url, headers: rawHeaders, setHost: false };
    const onward = httpRequest(target.origin, options, async (answer) => {
      const chunks: Buffer[] = await answer.toArray();
      const text = Buffer.concat(chunks).toString();
      const damaged = damage(
        { status: answer.statusCode ?? 0, text, allow: answer.headers.allow },
        url,
        method,
        request.headers['content-encoding'],
      );
      if (damaged === 'drop') request.socket.destroy();
      else respond(response, damaged, answer.headers['content-type'] ?? '');
    });
    request.pipe(onward);
  };
  const refuse = (socket: Duplex): void => void socket.end(rawErrorResponse(unreadableRequest('')));
  const server = createServer({ requireHostHeader: false }, pass)
    .on('checkExpectation', pass)
    .on('clientError', (_error, socket) => refuse(socket))
    .on('connect', (_request, socket) => refuse(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Sound: a server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    keys: target.keys,
    memory: () => target.memory(),
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function respond(response: ServerResponse, damaged: Damaged, type: string): void {
  const { status, text, allow } = damaged;
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    ...(allow === undefined ? {} : { allow }),
  });
  response.end(text);
}

async function deleteAll({ origin, keys }: Target): Promise<void> {
  for (const key of Object.values(keys)) {
    const client = new OpenAI({ baseURL: `${origin}/v1`, apiKey: key });
    const { data } = await client.get<{ data: { id: string }[] }>('/conversations?limit=100');
    // A conversation that the key may only read stays until its owner's key is used.
    for (const { id } of data) await client.conversations.delete(id).catch(() => undefined);
  }
}

const inText =
  (from: RegExp, to: string, where: RegExp): Damage =>
  (answer, url, method) =>
    method === 'GET' && where.test(url) && answer.status === 200
      ? { ...answer, text: answer.text.replace(from, to) }
      : answer;
const UNSUPPORTED = rawErrorResponse(unreadableRequest('')).split('\r\n\r\n')[1] ?? '';
const LISTS = /\/v1\/conversations[^/]*$/;
const ITEMS = /\/items/;

test('Two runs of one seed send the same requests', async () => {
  const tallies = [];
  for (let run = 0; run < 2; run += 1) {
    await deleteAll(target);
    tallies.push((await fuzz(target, { ...OPTIONS, seed: 7, requests: 250 })).tally);
  }
  expect(tallies[1]).toEqual(tallies[0]);
});

describe('A damaged server', () => {
  // A run must begin without conversations.
  beforeEach(() => deleteAll(target));

  test.each<[string, Damage, RegExp]>([
    [
      'answers 500',
      (answer, _url, method) => (method === 'DELETE' ? { ...answer, status: 500 } : answer),
      /the server failed with 500/,
    ],
    ['drops connections', (answer, url) => (ITEMS.test(url) ? 'drop' : answer), /was dropped/],
    ['omits a field', inText(/"has_more"/, '"hasMore"', LISTS), /its schema refuses/],
    [
      'answers with a body that is not JSON',
      inText(/.*/s, '<html>', /^\/v1\/conversations\/conv_\w+$/),
      /the body is not JSON/,
    ],
    [
      'changes the text of items',
      inText(/"text":"[^"]+"/, '"text":"other"', ITEMS),
      /sent was|items changed|a copy differs|expected is/,
    ],
    [
      'hides that a list has more pages',
      inText(/"has_more":true/, '"has_more":false', /conversations/),
      /the page is not|the items of \w+ differ/,
    ],
    [
      'answers 403 for absent conversations',
      (answer) => (answer.status === 404 ? { ...answer, status: 403 } : answer),
      /the status is 403 and must be 404|is deleted, and|no schema|does not foresee/,
    ],
    [
      'answers 400 to requests without credentials',
      (answer) => (answer.status === 401 ? { ...answer, status: 400 } : answer),
      /the status is 400 and must be 401/,
    ],
    [
      'answers 404 to methods that a path lacks',
      (answer) => (answer.status === 405 ? { ...answer, status: 404 } : answer),
      /the status is 404 and must be 405/,
    ],
    [
      'omits a method in the header Allow',
      (answer) => ({ ...answer, allow: answer.allow?.replace(', POST', '') }),
      /expected is\n\{"allow":"GET, HEAD, POST/,
    ],
    [
      'replaces ids of other programs',
      inText(/\{"id":"(?!\w+_)[^"]+","type"/, '{"id":"msg_other","type"', ITEMS),
      /posted was|items changed|a copy differs|the page is not/,
    ],
    [
      'refuses compressed bodies',
      (answer, _url, _method, encoding) =>
        encoding !== undefined && answer.status === 200
          ? { ...answer, status: 415, text: UNSUPPORTED }
          : answer,
      // A creation that was carried out, and is refused, shows in what follows it too.
      /the status is 415 and must be 200|the page is not|the sums count/,
    ],
  ])('A run finds a server that %s', async (_name, damage, why) => {
    await using damaged = await startDamaged(target, damage);
    const report = await fuzz(damaged, OPTIONS);
    expect(report.failure?.why, 'the run did not notice the damage').toMatch(why);
    expect(summary(report)).toContain(
      `again: npm run fuzz -- --seed 1 --requests ${report.requests}`,
    );
  });

  test('A run finds a server with growing memory', async () => {
    let megabytes = 0;
    const growing = { ...target, memory: () => (megabytes += 300) };
    const report = await fuzz(growing, { ...OPTIONS, requests: 30 });
    expect(report.failure?.why).toBe('resident memory grew from 300 to 600 MB, by more than 200');
    for (const [url, shown] of [
      ['postgres://ann:secret@127.0.0.1:5432/db', 'postgres://ann@127.0.0.1:5432/db'],
      ['sqlite:./my data.db', 'sqlite:./my data.db'],
    ]) {
      expect(summary(report, url)).toContain(
        `again: npm run fuzz -- --seed 1 --requests 30 --database-url '${shown}'`,
      );
    }
  });
});
