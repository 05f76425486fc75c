import type { ModelProfileName, ModelProtocol } from '../../src/options/model-server.ts';
import type { ScriptedAnswer, Step } from './model-server.ts';
import { readText } from './repository.ts';

const FOLDER = 'test/fixtures/model-traffic';

/** What a recorded answer of a model server means. */
export interface ExpectedAnswer {
  readonly profile: ModelProfileName;
  readonly protocol: ModelProtocol;
  readonly maxOutputTokens?: number;
  readonly events: readonly string[];
}

/** The recorded answers by name. */
// Sound: the file is part of the tests.
export const RECORDED = Object.entries(
  JSON.parse(readText(`${FOLDER}/expected.json`)) as Readonly<Record<string, ExpectedAnswer>>,
);

/** Reads a recorded answer: a line with its status, one with its type, an empty one, and its body. */
export function recorded(
  name: string,
  split: (body: string) => readonly Step[] = (body) => [body],
): ScriptedAnswer {
  const text = readText(`${FOLDER}/${name}.answer`);
  const [head = '', ...rest] = text.split('\n\n');
  const [status, type = ''] = head.split('\n');
  return {
    status: Number(status),
    headers: { 'content-type': type.replace('content-type: ', '') },
    steps: split(rest.join('\n\n')),
  };
}
