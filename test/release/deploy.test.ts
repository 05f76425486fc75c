import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, chown, cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { flagOf, flagSettings, variableOf } from '../../src/config/settings/names.ts';
import { SETTINGS } from '../../src/config/settings/tables.ts';
import { temporaryFolder, type Folder } from '../support/folder.ts';
import { freePort } from '../support/postgres.ts';
import { startCommand, urlOf, type RunningProcess } from '../support/process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const dockerfile = read('deploy/Dockerfile');
const unit = read('deploy/colloquy.service');
const lastStage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));

/** What the Dockerfile says behind an instruction of its last stage, each time. */
const instructions = (name: string): string[] =>
  [...lastStage.matchAll(new RegExp(`^${name} (.+)$`, 'gm'))].map(([, rest = '']) => rest);
const listOf = (text = ''): string[] => JSON.parse(text.slice(text.indexOf('['))) as string[];
const pairsOf = (lines: readonly string[]): Record<string, string> =>
  Object.fromEntries(lines.map((line) => [line.split('=')[0], line.slice(line.indexOf('=') + 1)]));
/** What the unit says for a key, each time. */
const entries = (key: string): string[] =>
  [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, rest = '']) => rest);

const ENTRYPOINT = listOf(instructions('ENTRYPOINT')[0]);
const CMD = listOf(instructions('CMD')[0]);
const HEALTHCHECK = listOf(instructions('HEALTHCHECK')[0]);
const IMAGE_ENVIRONMENT = pairsOf(instructions('ENV'));
const EXEC_START = (entries('ExecStart')[0] ?? '').split(' ');
const UNIT_ENVIRONMENT = pairsOf(entries('Environment'));

/** Root may write anywhere, so what must not need to is tried as another user. */
const NOBODY = process.getuid?.() === 0 ? 65_534 : undefined;

describe('an installation that cannot be written to, with a folder for data', () => {
  let folder: Folder;
  const started: RunningProcess[] = [];

  /** The places of image and unit, in this folder. */
  const here = (text: string): string =>
    text
      .replace(/^(\/usr\/bin\/)?node$/, process.execPath)
      .replace(
        /(\/opt\/colloquy\/node_modules\/colloquy|\/app)\/|(\/var\/lib\/colloquy|\/data)\b/,
        (_match, program) =>
          program === undefined ? folder.path('data') : `${folder.path('app')}/`,
      );
  const start = (command: readonly string[], environment: Record<string, string>) => {
    const mapped = Object.entries(environment).map(([name, value]) => [name, here(value)]);
    const running = startCommand(command.map(here), {
      cwd: folder.path('data'),
      environment: Object.fromEntries(mapped) as Record<string, string>,
      user: NOBODY,
    });
    started.push(running);
    return running;
  };

  beforeAll(async () => {
    folder = await temporaryFolder();
    await chmod(folder.path('.'), 0o755);
    const dist = folder.path('app/dist');
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    const project = join(ROOT, 'tsconfig.build.json');
    const args = [compiler, '--project', project, '--outDir', dist];
    await promisify(execFile)(process.execPath, args);
    // What the image has, and nothing else.
    for (const line of instructions('COPY')) {
      const sources = line.split(' ').filter((word) => word.startsWith('/build/'));
      for (const name of sources.map((source) => source.slice('/build/'.length))) {
        const target = folder.path(`app/${name}`);
        if (name === 'node_modules') await symlink(join(ROOT, name), target);
        else if (name !== 'dist') await cp(join(ROOT, name), target, { recursive: true });
      }
    }
    await mkdir(folder.path('data'), { mode: 0o700 });
    if (NOBODY !== undefined) await chown(folder.path('data'), NOBODY, NOBODY);
    await chmod(folder.path('app'), 0o555);
  });
  afterAll(async () => {
    for (const running of started) await running[Symbol.asyncDispose]();
    await chmod(folder.path('app'), 0o755);
    await folder[Symbol.asyncDispose]();
  });

  test('the image wants to be told who may ask', async () => {
    const { code, stderr } = await start([...ENTRYPOINT, ...CMD], IMAGE_ENVIRONMENT).finished();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^colloquy: anonymous_on_network: .+\n {2}fix: .*--auth/);
    expect(readdirSync(folder.path('data'))).toEqual([]);
  });

  test('the image serves, says whether it is healthy, and ends at its signal', async () => {
    const environment = {
      ...IMAGE_ENVIRONMENT,
      COLLOQUY_AUTH: 'keys',
      // As the image, but for this machine only.
      COLLOQUY_HOST: '127.0.0.1',
      COLLOQUY_PORT: String(await freePort()),
    };
    const health = async () => (await start(HEALTHCHECK, environment).finished()).code;
    expect(await health()).toBe(1);
    const server = start([...ENTRYPOINT, ...CMD], environment);
    const { origin } = new URL(urlOf(await server.firstLine()));
    expect((await fetch(`${origin}/ready`)).status).toBe(200);
    expect((await fetch(`${origin}/v1/conversations`)).status).toBe(401);
    expect(await health()).toBe(0);
    const doctor = await start([...ENTRYPOINT, 'doctor'], environment).finished();
    expect(doctor).toMatchObject({ code: 0, stderr: '' });
    expect(doctor.stdout).not.toMatch(/^(warning|failed)/m);
    // Long enough for the compiled code to be kept, if it could be.
    await new Promise((resolve) => setTimeout(resolve, 3500));
    expect(existsSync(folder.path('app/.cache'))).toBe(false);
    server.child.kill(instructions('STOPSIGNAL')[0] as NodeJS.Signals);
    expect(await server.finished()).toMatchObject({ code: 0 });
    expect(await health()).toBe(1);
    expect(readdirSync(folder.path('data'))).toEqual(['colloquy.db']);
  });

  test('the unit serves, and ends at its signal', async () => {
    const environment = { ...UNIT_ENVIRONMENT, COLLOQUY_PORT: String(await freePort()) };
    const server = start(EXEC_START, environment);
    const { origin } = new URL(urlOf(await server.firstLine()));
    expect((await fetch(`${origin}/health`)).status).toBe(200);
    server.child.kill('SIGTERM');
    expect(await server.finished()).toMatchObject({ code: 0 });
    expect(readdirSync(folder.path('data'))).toEqual(['colloquy.db']);
  });
});

test('every setting that they name exists', () => {
  const settings = flagSettings(SETTINGS);
  const named = [...(dockerfile + unit).matchAll(/COLLOQUY_\w+/g)].map(([name]) => name);
  expect(named).toContain('COLLOQUY_AUTH');
  for (const name of named) expect(settings.map(variableOf)).toContain(name);
  const flags = [...ENTRYPOINT, ...CMD, ...EXEC_START].filter((word) => word.startsWith('-'));
  for (const flag of flags) expect(settings.map(flagOf)).toContain(flag.split('=')[0]);
});

test('the image runs as an ordinary user, who is not given what the program is made of', () => {
  expect(instructions('USER')).toEqual([expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/)]);
  expect(instructions('VOLUME')).toEqual(['/data']);
  expect(lastStage).not.toMatch(/--chown/);
  expect(instructions('EXPOSE')).toEqual([IMAGE_ENVIRONMENT['COLLOQUY_PORT']]);
  expect(IMAGE_ENVIRONMENT['COLLOQUY_PORT']).toBe(SETTINGS.port.default);
});

test('what the image is built from reaches the builder', () => {
  const names = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, name = '']) => name);
  for (const name of names) expect(existsSync(join(ROOT, name)), name).toBe(true);
  const wanted = [...dockerfile.matchAll(/\/build\/(\S+)/g)].map(([, name = '']) => name);
  for (const name of wanted.filter((each) => !['node_modules', 'dist'].includes(each))) {
    expect(names).toContain(name);
  }
});

test('the unit waits longer for its end than the server for what is under way', () => {
  expect(Number(entries('TimeoutStopSec')[0])).toBeGreaterThan(
    Number(SETTINGS.drainTimeoutSeconds.default) + 5,
  );
  expect(entries('StateDirectory')).toEqual(['colloquy']);
  expect(entries('Restart')).toEqual(['on-failure']);
});
