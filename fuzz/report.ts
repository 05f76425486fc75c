import { count, table } from '../bench/report.ts';
import { shown } from './mismatch.ts';
import { isRaw, type FuzzRequest, type RawRequest } from './requests.ts';
import type { Failure, Report } from './run.ts';

/** Returns the report of a run as text: the counts, the failure, and the command that repeats it. */
export function summary(report: Report, databaseUrl?: string): string {
  const { options, requests, looks, tally, memory, failure } = report;
  const statuses = [...new Set([...tally.values()].flatMap((counts) => [...counts.keys()]))];
  statuses.sort((one, other) => one - other);
  const rows = [...tally].map(([operation, counts]) => [
    operation,
    ...statuses.map((status) => count(counts.get(status) ?? 0)),
  ]);
  return [
    table(['operation', ...statuses.map(String)], rows),
    '',
    `${count(requests)} requests of seed ${options.seed}, and ${count(looks)} to check their effects.`,
    `Resident memory of the server: ${megabytes(memory.before)} after the warm-up, ${megabytes(memory.after)} at the end; it may grow by ${options.memoryGrowth} MB.`,
    '',
    ...(failure === undefined
      ? ['Passed.']
      : [failed(failure, options.seed), `again: ${again(report, databaseUrl)}`]),
  ].join('\n');
}

function failed({ why, index, request, answer }: Failure, seed: number): string {
  return [
    `FAILED${index === undefined ? '' : ` at request ${index} of seed ${seed}`}: ${why}`,
    ...(request === undefined ? [] : [`request: ${shown(asJson(request), 20_000)}`]),
    ...(answer === undefined ? [] : [`answer: ${answer.status} ${shown(answer.text)}`]),
  ].join('\n');
}

/** Returns the command that repeats the run. Its URL lacks the password, which must not be printed. */
function again({ options, requests }: Report, databaseUrl: string | undefined): string {
  const strict = options.isStrict ? ' --strict' : '';
  const command = `npm run fuzz --${strict} --seed ${options.seed} --requests ${requests}`;
  if (databaseUrl === undefined) return command;
  const url = databaseUrl.startsWith('sqlite:')
    ? databaseUrl
    : Object.assign(new URL(databaseUrl), { password: '' }).href;
  return `${command} --database-url '${url}'`;
}

/** Returns a request as JSON. `{name}` in a header is the place of that principal's key. */
function asJson(request: FuzzRequest | RawRequest): string {
  if (isRaw(request)) return JSON.stringify(request);
  const { method, target, headers, body, isChunked, encoding } = request;
  const text = body?.toString();
  const isText = body === undefined || Buffer.from(text ?? '').equals(body);
  return JSON.stringify({
    method,
    target,
    headers,
    ...(body === undefined ? {} : isText ? { body: text } : { base64: body.toString('base64') }),
    ...(encoding === undefined ? {} : { encoding: encoding.name }),
    ...(isChunked ? { isChunked } : {}),
  });
}

function megabytes(value: number): string {
  return Number.isNaN(value) ? 'unknown' : `${value.toFixed(0)} MB`;
}
