import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readText, ROOT } from '../support/repository.ts';

const MOST_LINES = 300;

/** Folders in order. A folder imports from earlier ones only. */
const RANKS = ['text', 'items', 'transcript'];

const FILES = readdirSync(join(ROOT, 'console/src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(tsx?|css)$/.test(name))
  .map((name) => join('console/src', name));

test('the console imports types of the contract, and nothing else of the server', () => {
  expect(FILES.length).toBeGreaterThan(30);
  const strays = FILES.flatMap((file) =>
    [...readText(file).matchAll(/^import (type )?[^;]*? from '([^']*\.\.\/src\/[^']*)'/gm)]
      .filter(([, type, name = '']) => type === undefined || !name.includes('/src/contract/'))
      .map(([, , name = '']) => `${file} imports ${name}`),
  );
  expect(strays, 'use the public API instead').toEqual([]);
});

test('texts know nothing of items, and items nothing of the transcript', () => {
  const strays = RANKS.flatMap((folder, rank) =>
    FILES.filter((file) => file.startsWith(`console/src/${folder}/`)).flatMap((file) =>
      [...readText(file).matchAll(/ from '\.\.\/([^/']+)\//g)]
        .filter(([, name = '']) => RANKS.indexOf(name) > rank)
        .map(([, name]) => `${file} imports ${name}`),
    ),
  );
  expect(strays, 'move what both need to the lower folder').toEqual([]);
});

test('the console has no way from a text to markup', () => {
  const ways =
    /dangerouslySetInnerHTML|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(/;
  const found = FILES.filter((file) => ways.test(readText(file)));
  expect(found, 'make elements instead').toEqual([]);
});

test('every file of the console has at most 300 lines', () => {
  const long = FILES.filter(
    (file) => !file.endsWith('.css') && readText(file).split('\n').length > MOST_LINES,
  );
  expect(long, 'split these files by subject').toEqual([]);
});
