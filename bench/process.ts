/** Costs of the process: start, memory, connections, and the longest wait of a request under load. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { freePort } from '../test/support/postgres.ts';
import { HttpConnection, requestText } from './http-connection.ts';
import { measure, median, preparingClient } from './measure.ts';
import { count, fixed, table } from './report.ts';
import { MAIN, newFolder, removeFolder, startColloquy, type Target } from './targets.ts';
import type { ThroughputOptions } from './throughput.ts';
import { WORKLOADS } from './workloads.ts';

const STARTS = 7;
const IDLE_CONNECTIONS = 2_000;
const PROBE_EVERY_MS = 5;

export async function processReport(options: ThroughputOptions): Promise<string> {
  const starts: number[] = [];
  for (let n = 0; n < STARTS; n += 1) starts.push(await timeToFirstAnswer());
  const folder = newFolder();
  const target = await startColloquy(folder);
  const idle = await settled(target);
  const perConnection = await memoryPerConnection(target);
  const { slowestProbe, loaded, bytesPerJson } = await underChat(target, options);
  await target.stop();
  removeFolder(folder);
  return table(
    ['what', 'figure'],
    [
      [
        `start of the process to the first answer, median of ${STARTS}`,
        `${fixed(median(starts), 0)} ms`,
      ],
      ['memory when idle', `${fixed(idle, 0)} MB`],
      ['memory of an open idle connection', `${fixed(perConnection, 1)} kB`],
      ['memory after the chat mix', `${fixed(loaded, 0)} MB`],
      ['longest wait of a probe every 5 ms during the chat mix', `${fixed(slowestProbe, 0)} ms`],
      [
        'bytes on disk for each byte of item JSON, 500-byte items, 100 a conversation',
        fixed(bytesPerJson),
      ],
    ],
  );
}

/** Returns the milliseconds from the start of the process to the first 200, with a request every 2 ms. */
async function timeToFirstAnswer(): Promise<number> {
  const folder = newFolder();
  const port = await freePort();
  const began = performance.now();
  const child = spawn(
    process.execPath,
    [MAIN, 'serve', '--port', String(port), '--database-url', `sqlite:${folder.database}`],
    { stdio: 'ignore' },
  );
  const url = new URL(`http://127.0.0.1:${port}`);
  for (;;) {
    try {
      const connection = await HttpConnection.open(url);
      await connection.send(
        requestText({ method: 'GET', path: '/health' }, { host: url.host, key: '' }),
      );
      connection.close();
      break;
    } catch {
      await sleep(2);
    }
  }
  const took = performance.now() - began;
  child.kill('SIGKILL');
  await once(child, 'exit');
  removeFolder(folder);
  return took;
}

async function memoryPerConnection(target: Target): Promise<number> {
  const before = await settled(target);
  const { hostname, port } = new URL(target.url);
  const sockets: Socket[] = [];
  for (let n = 0; n < IDLE_CONNECTIONS; n += 1) {
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    sockets.push(socket);
  }
  const after = await settled(target);
  for (const socket of sockets) socket.destroy();
  await sleep(500);
  return ((after - before) * 1024) / IDLE_CONNECTIONS;
}

async function underChat(
  target: Target,
  options: ThroughputOptions,
): Promise<{ slowestProbe: number; loaded: number; bytesPerJson: number }> {
  const { call, close } = preparingClient(target);
  const prepared = await WORKLOADS.chat.prepare(call);
  const over = new AbortController();
  const probing = probe(target, over.signal);
  const { url, key } = target;
  await measure({
    ...options,
    url,
    key,
    load: 'chat',
    prepared,
    durationMs: options.durationMs * 3,
  });
  over.abort();
  const slowestProbe = await probing;
  const bytesPerJson = await diskUse();
  close();
  return { slowestProbe, loaded: target.memory(), bytesPerJson };
}

/** Returns the longest time of a small request, which waits while the event loop is busy. */
async function probe({ url }: Target, over: AbortSignal): Promise<number> {
  const base = new URL(url);
  const connection = await HttpConnection.open(base);
  const request = requestText({ method: 'GET', path: '/health' }, { host: base.host, key: '' });
  let slowest = 0;
  while (!over.aborted) {
    const sent = performance.now();
    await connection.send(request);
    slowest = Math.max(slowest, performance.now() - sent);
    await sleep(PROBE_EVERY_MS);
  }
  connection.close();
  return slowest;
}

/** Returns the bytes of a closed store, with all tables and indexes, for each byte of item JSON. */
async function diskUse(): Promise<number> {
  const folder = newFolder();
  const target = await startColloquy(folder);
  const { call, close } = preparingClient(target);
  let json = 0;
  for (let n = 0; n < 60; n += 1) {
    const { id } = await call({ method: 'POST', path: '/v1/conversations', body: '{}' });
    const append = WORKLOADS.append2.next({ conversations: [id], items: [] });
    for (let appended = 0; appended < 50; appended += 1) {
      const { data } = await call(append);
      json += data.reduce((sum, item) => sum + Buffer.byteLength(JSON.stringify(item)), 0);
    }
  }
  close();
  await target.stop();
  const bytes = target.bytesOnDisk();
  removeFolder(folder);
  return bytes / json;
}

async function settled(target: Target): Promise<number> {
  await sleep(1500);
  return target.memory();
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Reports the memory during a long run of the chat mix, and its slope over the second half. */
export async function soakReport(minutes: number, options: ThroughputOptions): Promise<string> {
  const folder = newFolder();
  const target = await startColloquy(folder);
  const { call, close } = preparingClient(target);
  const prepared = await WORKLOADS.chat.prepare(call);
  close();
  const { url, key } = target;
  const samples: number[] = [];
  const rows: string[][] = [];
  for (let tenth = 1; tenth <= 10; tenth += 1) {
    const run = await measure({
      ...options,
      url,
      key,
      load: 'chat',
      prepared,
      durationMs: minutes * 6_000,
    });
    samples.push(target.memory());
    rows.push([
      fixed((minutes * tenth) / 10, 1),
      count(run.perSecond),
      fixed(run.p50Ms),
      fixed(run.p99Ms),
      fixed(target.memory(), 0),
    ]);
  }
  await target.stop();
  removeFolder(folder);
  const half = samples.slice(5);
  const slope = ((half.at(-1) ?? 0) - (half[0] ?? 0)) / ((minutes * 4) / 10);
  return `${table(['minute', 'requests/s', 'p50 ms', 'p99 ms', 'memory MB'], rows)}\n\nSlope of the memory over the second half: ${fixed(slope)} MB a minute.`;
}
