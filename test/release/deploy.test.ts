import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { flagOf, flagSettings, variableOf } from '../../src/config/settings/names.ts';
import { SETTINGS } from '../../src/config/settings/tables.ts';
import { temporaryFolder, type Folder } from '../support/folder.ts';
import { freePort } from '../support/postgres.ts';
import { startCommand, urlOf, type RunningProcess } from '../support/process.ts';
import { compileTo, readText, ROOT } from '../support/repository.ts';

const dockerfile = readText('deploy/Dockerfile');
const unit = readText('deploy/colloquy.service');
const lastStage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));

/** Returns the arguments of each use of an instruction in the last stage of the Dockerfile. */
const instructions = (name: string): string[] =>
  [...lastStage.matchAll(new RegExp(`^${name} (.+)$`, 'gm'))].map(([, rest = '']) => rest);
const listOf = (text = ''): string[] => JSON.parse(text.slice(text.indexOf('['))) as string[];
const pairsOf = (lines: readonly string[]): Record<string, string> =>
  Object.fromEntries(lines.map((line) => [line.split('=')[0], line.slice(line.indexOf('=') + 1)]));
/** Returns the values of each entry of a key in the unit. */
const entries = (key: string): string[] =>
  [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, rest = '']) => rest);

const ENTRYPOINT = listOf(instructions('ENTRYPOINT')[0]);
const CMD = listOf(instructions('CMD')[0]);
const HEALTHCHECK = listOf(instructions('HEALTHCHECK')[0]);
const IMAGE_ENVIRONMENT = pairsOf(instructions('ENV'));
const EXEC_START = (entries('ExecStart')[0] ?? '').split(' ');
const UNIT_ENVIRONMENT = pairsOf(entries('Environment'));

/** User without rights, since root may write anywhere; `undefined` unless root runs the tests. */
const NOBODY = process.getuid?.() === 0 ? 65_534 : undefined;

describe('A read-only installation with a folder for data', () => {
  let folder: Folder;
  const started: RunningProcess[] = [];

  /** Maps the paths of the image and the unit into the folder. */
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
    await compileTo(folder.path('app/dist'));
    // The files of the image, and no other files.
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

  test('The image refuses to start without an authentication scheme', async () => {
    const { code, stderr } = await start([...ENTRYPOINT, ...CMD], IMAGE_ENVIRONMENT).finished();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^colloquy: anonymous_on_network: .+\n {2}fix: .*--auth/);
    expect(readdirSync(folder.path('data'))).toEqual([]);
  });

  test('The image serves, passes its health check, and ends at its stop signal', async () => {
    const environment = {
      ...IMAGE_ENVIRONMENT,
      COLLOQUY_AUTH: 'keys',
      // Unlike the image, the test listens on this machine only.
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
    // The program stores its compiled code after 3 seconds, if it can.
    await new Promise((resolve) => setTimeout(resolve, 3500));
    expect(existsSync(folder.path('app/.cache'))).toBe(false);
    server.child.kill(instructions('STOPSIGNAL')[0] as NodeJS.Signals);
    expect(await server.finished()).toMatchObject({ code: 0 });
    expect(await health()).toBe(1);
    expect(readdirSync(folder.path('data'))).toEqual(['colloquy.db']);
  });

  test('The unit serves, and ends at SIGTERM', async () => {
    const environment = { ...UNIT_ENVIRONMENT, COLLOQUY_PORT: String(await freePort()) };
    const server = start(EXEC_START, environment);
    const { origin } = new URL(urlOf(await server.firstLine()));
    expect((await fetch(`${origin}/health`)).status).toBe(200);
    server.child.kill('SIGTERM');
    expect(await server.finished()).toMatchObject({ code: 0 });
    expect(readdirSync(folder.path('data'))).toEqual(['colloquy.db']);
  });
});

test('Every setting in the Dockerfile and the unit exists', () => {
  const settings = flagSettings(SETTINGS);
  const named = [...(dockerfile + unit).matchAll(/COLLOQUY_\w+/g)].map(([name]) => name);
  expect(named).toContain('COLLOQUY_AUTH');
  for (const name of named) expect(settings.map(variableOf)).toContain(name);
  const flags = [...ENTRYPOINT, ...CMD, ...EXEC_START].filter((word) => word.startsWith('-'));
  for (const flag of flags) expect(settings.map(flagOf)).toContain(flag.split('=')[0]);
});

test('The image runs as an ordinary user that does not own the program', () => {
  expect(instructions('USER')).toEqual([expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/)]);
  expect(instructions('VOLUME')).toEqual(['/data']);
  expect(lastStage).not.toMatch(/--chown/);
  expect(instructions('EXPOSE')).toEqual([IMAGE_ENVIRONMENT['COLLOQUY_PORT']]);
  expect(IMAGE_ENVIRONMENT['COLLOQUY_PORT']).toBe(SETTINGS.port.default);
});

test('The builder of the image receives every file that the Dockerfile copies', () => {
  const names = [...readText('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, name = '']) => name);
  for (const name of names) {
    expect(existsSync(join(ROOT, name)), `.dockerignore names ${name}, which is missing`).toBe(
      true,
    );
  }
  const wanted = [...dockerfile.matchAll(/\/build\/(\S+)/g)].map(([, name = '']) => name);
  for (const name of wanted.filter((each) => !['node_modules', 'dist'].includes(each))) {
    expect(names, `add !${name} to .dockerignore`).toContain(name);
  }
});

test('The unit waits longer for the end of the server than the server for its requests', () => {
  expect(Number(entries('TimeoutStopSec')[0])).toBeGreaterThan(
    Number(SETTINGS.drainTimeoutSeconds.default) + 5,
  );
  expect(entries('StateDirectory')).toEqual(['colloquy']);
  expect(entries('Restart')).toEqual(['on-failure']);
});
