import type OpenAI from 'openai';
import { expect } from 'vitest';
import type { Page } from 'playwright-core';
import { json, type AnswerTo, type ScriptedAnswer } from '../../support/model-server.ts';
import { startTurnServer, type TurnServer } from '../../support/turns.ts';

const MODELS = ['qwen3', 'gemma3'].map((id) => ({
  id,
  object: 'model',
  created: 0,
  owned_by: 'test',
}));

/** A server whose model server lists two models, and plays answers to what is asked. */
export interface AskedServer extends AsyncDisposable, Pick<TurnServer, 'server' | 'client'> {
  /** Plays these answers to the next questions, one each. Then the last one is repeated. */
  readonly play: (...answers: readonly ScriptedAnswer[]) => void;
  /** Returns the bodies of the questions that the model server has got. */
  readonly questions: () => readonly Readonly<Record<string, unknown>>[];
}

export async function startAskedServer(...settings: readonly string[]): Promise<AskedServer> {
  return askedServer(await startTurnServer(...settings));
}

/** Has the model server of a server list two models. */
export function askedServer(turns: TurnServer): AskedServer {
  const { server, client, model } = turns;
  return {
    server,
    client,
    play: (...answers) => {
      const script = [...answers];
      const next: AnswerTo = ({ path }) => {
        if (path.endsWith('/models')) return json({ object: 'list', data: MODELS });
        const [answer] = script.length > 1 ? script.splice(0, 1) : script;
        if (answer === undefined) throw new Error('there is no answer to play');
        return answer;
      };
      model.play(next);
    },
    questions: () => model.requests.flatMap(({ body }) => (body === undefined ? [] : [body])),
    [Symbol.asyncDispose]: () => turns[Symbol.asyncDispose](),
  };
}

/** Stores a conversation of these texts, of a user and an assistant in turn, and returns its id. */
export async function spokenIn(
  { conversations }: Pick<OpenAI, 'conversations'>,
  ...texts: readonly string[]
): Promise<string> {
  const items = texts.map((content, index) => ({
    type: 'message' as const,
    role: index % 2 === 0 ? ('user' as const) : ('assistant' as const),
    content,
  }));
  return (await conversations.create({ items })).id;
}

/** Types a text into the composer and sends it by keys. */
export async function ask(page: Page, text: string): Promise<void> {
  await page.locator('.ask-model select:enabled').waitFor();
  await page.locator('.ask-text').fill(text);
  await page.keyboard.press('Control+Enter');
}

/** Waits until the stored items have taken the place of the streamed ones, and one of them has a text. */
export async function stored(page: Page, text: string): Promise<void> {
  await page.locator('.rows-space article', { hasText: text }).first().waitFor();
  await expect.poll(() => page.locator('.streamed').count()).toBe(0);
}
