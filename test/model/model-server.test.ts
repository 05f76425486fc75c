import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { ModelServerError } from '../../src/model/failure.ts';
import type { ModelEvent } from '../../src/model/port.ts';
import { chunk, DONE, json, SILENCE, startModelServer, streamed } from '../support/model-server.ts';
import { asking, clientOf, eventsOf, exchange, summary } from './client.ts';

const HELLO = streamed(chunk({ content: 'A' }), chunk({}, 'stop'), DONE);
const NEVER = new AbortController().signal;

describe('stopping', () => {
  test('an aborted signal throws its reason and closes the connection', async () => {
    await using server = await startModelServer(streamed(chunk({ content: 'A' }), SILENCE));
    using client = clientOf(server.url);
    const controller = new AbortController();
    const reason = new Error('the client has gone');
    const seen: ModelEvent[] = [];
    const reading = (async () => {
      for await (const events of client.respond(asking('Hello'), controller.signal)) {
        seen.push(...events);
        if (events.some(({ type }) => type === 'text_delta')) controller.abort(reason);
      }
    })();
    await expect(reading).rejects.toBe(reason);
    expect(summary(seen)).toEqual(['message_started', 'text_delta: A']);
    expect(await server.requests[0]?.abandoned).toBe(true);
  });

  test('a signal stops a request whose answer has not begun', async () => {
    await using server = await startModelServer(streamed(SILENCE));
    using client = clientOf(server.url);
    const controller = new AbortController();
    const reason = new Error('the server stops');
    const first = client.respond(asking('Hello'), controller.signal).next();
    await expect.poll(() => server.requests.length).toBe(1);
    controller.abort(reason);
    await expect(first).rejects.toBe(reason);
    expect(await server.requests[0]?.abandoned).toBe(true);
  });

  test('a signal that is aborted before the request sends nothing', async () => {
    await using server = await startModelServer(HELLO);
    using client = clientOf(server.url);
    const reason = new Error('too late');
    const signal = AbortSignal.abort(reason);
    await expect(client.respond(asking('Hello'), signal).next()).rejects.toBe(reason);
    await expect(client.listModels(signal)).rejects.toBe(reason);
    expect(server.requests).toEqual([]);
  });

  test('leaving the loop closes the connection', async () => {
    await using server = await startModelServer(streamed(chunk({ content: 'A' }), SILENCE));
    using client = clientOf(server.url);
    for await (const events of client.respond(asking('Hello'), NEVER)) {
      if (events.some(({ type }) => type === 'text_delta')) break;
    }
    expect(await server.requests[0]?.abandoned).toBe(true);
  });

  test('a server is not read further than its consumer reads', async () => {
    const text = chunk({ content: 'x'.repeat(10_000) });
    await using server = await startModelServer(streamed({ kind: 'flood', text }));
    using client = clientOf(server.url);
    const events = client.respond(asking('Hello'), NEVER);
    await events.next();
    // The server has stopped when its count stays the same over a while.
    let before = -1;
    await expect
      .poll(
        () => {
          const isSame = server.written() === before;
          before = server.written();
          return isSame;
        },
        { interval: 200 },
      )
      .toBe(true);
    expect(server.written()).toBeLessThan(32 * 1024 * 1024);
    await events.return();
    expect(await server.requests[0]?.abandoned).toBe(true);
  });
});

describe('connections', () => {
  test('requests one after the other share a connection', async () => {
    const late = [{ kind: 'pause', ms: 20 }, ':\n\n'] as const;
    await using server = await startModelServer(streamed(...HELLO.steps, ...late));
    using client = clientOf(server.url);
    await expect
      .poll(async () => {
        const before = server.connections();
        await eventsOf(client);
        return server.connections() - before;
      })
      .toBe(0);
  });

  test('a request is sent again when the server closes an idle connection at that moment', async () => {
    const body = `{"choices":[{"message":{"content":"A"},"finish_reason":"stop"}]}`;
    const answer = `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const sockets: Socket[] = [];
    const server = createTcpServer((socket) => {
      sockets.push(socket);
      const isFirst = sockets.length === 1;
      let requests = 0;
      socket.on('error', () => undefined);
      socket.on('data', () => {
        requests += 1;
        if (isFirst && requests === 2) socket.resetAndDestroy();
        else socket.write(answer);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    // Sound: a server that listens on TCP has such an address.
    const { port } = server.address() as AddressInfo;
    using client = clientOf(`http://127.0.0.1:${port}/v1`);
    const request = asking('Hello');
    expect(summary(await eventsOf(client, request))).toContain('text_delta: A');
    // The connection is idle only after the end of the answer has been noticed.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    expect(summary(await eventsOf(client, request))).toContain('text_delta: A');
    expect(sockets).toHaveLength(2);
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  test('the path and the query of the base are kept', async () => {
    await using server = await startModelServer(HELLO);
    using client = clientOf(`${server.url}/deep/?api-version=1`);
    await eventsOf(client);
    expect(server.requests[0]?.path).toBe('/v1/deep/chat/completions?api-version=1');
  });
});

describe('keys', () => {
  const KEY = 'sk-secret-0123';

  test('a key is sent as a bearer token, and never in the answer', async () => {
    const refused = json({ error: { message: `Incorrect API key provided: ${KEY}.` } }, 401);
    await using server = await startModelServer(refused);
    using client = clientOf(server.url, { key: KEY });
    const events = await eventsOf(client);
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(events).toMatchObject([
      { failure: { status: 401, message: 'Incorrect API key provided: ***.' } },
    ]);
    const error: unknown = await client.listModels(NEVER).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ModelServerError);
    expect(String(error)).not.toContain(KEY);
  });

  test('credentials of the URL are sent as such, and never shown', async () => {
    await using server = await startModelServer(json({ error: 'no hunter%2 for you' }, 403));
    using client = clientOf(server.url.replace('//', '//me:hunter%2@'));
    const events = await eventsOf(client);
    const expected = `Basic ${Buffer.from('me:hunter%2').toString('base64')}`;
    expect(server.requests[0]?.headers.authorization).toBe(expected);
    expect(JSON.stringify(events)).not.toContain('hunter');
  });

  test('no authorization is sent without a key', async () => {
    const { server } = await exchange(HELLO);
    expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(server.requests[0]?.headers['accept-encoding']).toBe('identity');
  });
});

describe('models', () => {
  test('the models of a server are listed, with the length of their contexts', async () => {
    const data = [
      { id: 'a', object: 'model', owned_by: 'vllm', max_model_len: 4096 },
      { id: 'b', owned_by: null, meta: { n_ctx: 2048 } },
      { object: 'model' },
      { id: 'c' },
    ];
    await using server = await startModelServer(json({ object: 'list', models: [], data }));
    using client = clientOf(server.url);
    expect(await client.listModels(NEVER)).toEqual([
      { id: 'a', ownedBy: 'vllm', contextLength: 4096 },
      { id: 'b', ownedBy: undefined, contextLength: 2048 },
      { id: 'c', ownedBy: undefined, contextLength: undefined },
    ]);
    expect(server.requests[0]).toMatchObject({ method: 'GET', path: '/v1/models' });
  });

  test('a list of another form fails', async () => {
    await using server = await startModelServer(json({ models: [] }));
    using client = clientOf(server.url);
    await expect(client.listModels(NEVER)).rejects.toMatchObject({
      failure: { kind: 'malformed' },
    });
  });

  test('patterns of models decide which requests a server gets', () => {
    using all = clientOf('http://127.0.0.1:1/v1');
    expect(all.serves('anything')).toBe(true);
    using some = clientOf('http://127.0.0.1:1/v1', { models: ['qwen*', 'org/*:free', 'a.b'] });
    const served = ['qwen', 'qwen3:8b', 'org/x:free', 'a.b', 'xqwen', 'axb', 'org/x'].filter(
      (model) => some.serves(model),
    );
    expect(served).toEqual(['qwen', 'qwen3:8b', 'org/x:free', 'a.b']);
  });
});
