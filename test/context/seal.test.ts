import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { TextSeal } from '../../src/context/seal.ts';
import { openReasoning, sealReasoning } from '../../src/context/sealed-reasoning.ts';
import { SEAL, SECRET, TENANT } from './context.ts';

const SCOPE = { tenant: TENANT, purpose: 'reasoning' } as const;

test('a sealed text opens again, in another process with the same secret too', () => {
  for (const text of ['', 'Lakes are blue.', 'Ä\u0000🐟'.repeat(5000)]) {
    const sealed = SEAL.seal(text, SCOPE);
    expect(SEAL.open(sealed, SCOPE)).toBe(text);
    expect(new TextSeal(Uint8Array.from(SECRET)).open(sealed, SCOPE)).toBe(text);
  }
});

test('a text that an earlier program has sealed opens', () => {
  const sealed = 'clq1.3ktoxgll9xKJVyRo4sMAj5I2hE_ONonLk2lnMiSTAsC-4nXd1tTp11wCMg';
  expect(SEAL.open(sealed, SCOPE)).toBe('Lakes are blue.');
});

test('a sealed text begins with its version, has characters of URLs only, and hides its text', () => {
  const sealed = SEAL.seal('Lakes are blue.', SCOPE);
  expect(sealed).toMatch(/^clq1\.[A-Za-z0-9_-]+$/);
  expect(Buffer.from(sealed.slice(5), 'base64url').toString('latin1')).not.toContain('Lakes');
});

test('a text is never sealed twice in the same way', () => {
  const sealed = Array.from({ length: 100 }, () => SEAL.seal('Lakes', SCOPE));
  expect(new Set(sealed.map((text) => text.slice(0, 21))).size).toBe(100);
});

test('a sealed text opens for its own tenant, purpose and secret alone', () => {
  const sealed = SEAL.seal('Lakes', SCOPE);
  expect(SEAL.open(sealed, { ...SCOPE, tenant: 'other' })).toBeUndefined();
  expect(SEAL.open(sealed, { ...SCOPE, purpose: 'compaction' })).toBeUndefined();
  expect(new TextSeal(randomBytes(32)).open(sealed, SCOPE)).toBeUndefined();
});

test('a sealed text that has been changed anywhere does not open', () => {
  const sealed = SEAL.seal('Lakes', SCOPE);
  for (let place = 0; place < sealed.length; place += 1) {
    const other = sealed[place] === 'A' ? 'B' : 'A';
    const changed = sealed.slice(0, place) + other + sealed.slice(place + 1);
    expect(SEAL.open(changed, SCOPE), `changed at ${place}`).toBeUndefined();
    expect(SEAL.open(sealed.slice(0, place), SCOPE), `cut at ${place}`).toBeUndefined();
    const inserted = `${sealed.slice(0, place)} ${sealed.slice(place)}`;
    expect(SEAL.open(inserted, SCOPE), `inserted at ${place}`).toBeUndefined();
  }
});

test('texts of other servers do not open', () => {
  const foreign = [
    '',
    '.',
    'clq1',
    'clq1.',
    'gAAAAABo-9x_',
    `clq2.${'A'.repeat(80)}`,
    'Plain thoughts.',
  ];
  for (const text of [...foreign, `${SEAL.seal('Lakes', SCOPE)}.x`]) {
    expect(SEAL.open(text, SCOPE), text).toBeUndefined();
  }
});

test('a secret of less than 32 bytes is refused', () => {
  expect(() => new TextSeal(Buffer.alloc(31))).toThrow(RangeError);
});

test('sealed reasoning keeps its texts, its model and the server’s own form', () => {
  const reasoning = { texts: ['one', '\ud83d'], model: 'small', encrypted: 'opaque' };
  const sealed = sealReasoning(SEAL, TENANT, reasoning);
  expect(openReasoning(SEAL, TENANT, sealed)).toEqual(reasoning);
  expect(openReasoning(SEAL, 'other', sealed)).toBeUndefined();
  expect(openReasoning(SEAL, TENANT, 'gAAAAABo')).toBeUndefined();
  const short = { texts: [], model: 'small' };
  expect(openReasoning(SEAL, TENANT, sealReasoning(SEAL, TENANT, short))).toEqual(short);
});

test('sealed compactions are not taken for reasoning', () => {
  const sealed = SEAL.seal('{"texts":["x"],"model":"m"}', {
    tenant: TENANT,
    purpose: 'compaction',
  });
  expect(openReasoning(SEAL, TENANT, sealed)).toBeUndefined();
});
