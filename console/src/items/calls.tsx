/** Bodies of calls and of their outputs, without the head that a card has. */

import type { Item } from '../api/objects.ts';
import { Code, Commands, Diff } from '../text/code.tsx';
import { Facts } from './facts.tsx';
import { fields, list, textOf, texts, type Fields } from './fields.ts';
import { Part } from './parts.tsx';
import { ToolList } from './tool-list.tsx';
import { Value } from './value.tsx';

interface BodyProps {
  readonly item: Item;
}

export function Arguments({ item }: BodyProps) {
  return <Value name="arguments" value={item['arguments']} />;
}

export function Input({ item }: BodyProps) {
  return <Value name="input" value={item['input']} />;
}

export function Output({ item }: BodyProps) {
  return <Value name="output" value={item['output']} />;
}

/** The model server may answer its own searches. */
export function ToolSearch({ item }: BodyProps) {
  return (
    <>
      <Arguments item={item} />
      <Facts of={{ execution: item['execution'] }} />
    </>
  );
}

export function FoundTools({ item }: BodyProps) {
  return <ToolList name="tools" tools={item['tools']} />;
}

export function LocalShell({ item }: BodyProps) {
  const action = fields(item['action']);
  const { command, type: _type, ...rest } = action;
  const words = texts(command);
  return (
    <>
      {words.length === 0 ? (
        <Value name="command" value={command} />
      ) : (
        <Commands commands={[words.map(shellWord).join(' ')]} />
      )}
      <Facts of={rest} />
    </>
  );
}

/** Returns a word as one would type it into a shell. */
function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

export function Shell({ item }: BodyProps) {
  const { commands, ...rest } = fields(item['action']);
  return (
    <>
      {texts(commands).length === 0 ? (
        <Value name="commands" value={commands} />
      ) : (
        <Commands commands={texts(commands)} />
      )}
      <Facts of={{ ...rest, environment: item['environment'] }} />
    </>
  );
}

/** What each command has printed, and how it ended. */
export function ShellOutput({ item }: BodyProps) {
  const outputs = list(item['output']);
  if (outputs.length === 0) return <Value name="output" value={item['output']} />;
  return (
    <>
      {outputs.map((output, index) => {
        const [printed, complained] = [textOf(output['stdout']), textOf(output['stderr'])];
        return (
          <div key={index} class="printed">
            {printed !== '' && <Code text={printed} name={`stdout ${index}`} />}
            {complained !== '' && (
              <>
                <p class="label">stderr</p>
                <Code text={complained} name={`stderr ${index}`} />
              </>
            )}
            <p class="quiet">
              {outcomeOf(output['outcome'])}
              {printed === '' && complained === '' && ', nothing printed'}
            </p>
          </div>
        );
      })}
    </>
  );
}

function outcomeOf(value: unknown): string {
  const outcome = fields(value);
  if (outcome['type'] === 'timeout') return 'timed out';
  const code = outcome['exit_code'];
  return typeof code === 'number' ? `exit ${code}` : 'end not known';
}

const OPERATIONS: Readonly<Record<string, string>> = {
  create_file: 'creates',
  update_file: 'changes',
  delete_file: 'deletes',
};

export function Patch({ item }: BodyProps) {
  const operation = fields(item['operation']);
  const type = textOf(operation['type']);
  if (type === '') return <Value name="operation" value={item['operation']} />;
  return (
    <>
      <p>
        {OPERATIONS[type] ?? type} <code>{textOf(operation['path'])}</code>
      </p>
      {typeof operation['diff'] === 'string' && <Diff text={operation['diff']} />}
    </>
  );
}

/** What a model does with a screen, a line each. */
export function Computer({ item }: BodyProps) {
  const actions = [...list(item['actions']), ...(item['action'] ? [fields(item['action'])] : [])];
  return (
    <>
      <ol class="actions">
        {actions.map((action, index) => (
          <li key={index}>{actionLine(action)}</li>
        ))}
      </ol>
      <SafetyChecks name="Asks to confirm" of={item['pending_safety_checks']} />
    </>
  );
}

function actionLine({ type, ...rest }: Fields): string {
  const { x, y, button, text, ...others } = rest;
  const where = typeof x === 'number' && typeof y === 'number' ? ` at ${x}, ${y}` : '';
  const kind = textOf(type).replaceAll('_', ' ') || 'action';
  const words = [
    textOf(button) === '' ? kind : `${kind} ${textOf(button)}`,
    textOf(text) === '' ? '' : ` “${textOf(text)}”`,
    where,
    ...Object.entries(others)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => `, ${name.replaceAll('_', ' ')} ${shortJson(value)}`),
  ];
  return words.join('');
}

function shortJson(value: unknown): string {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
    ? value.join(' + ')
    : JSON.stringify(value);
}

export function Screenshot({ item }: BodyProps) {
  const output = fields(item['output']);
  return (
    <>
      {Object.keys(output).length === 0 ? (
        <Value name="output" value={item['output']} />
      ) : (
        <Part part={output} name="output" />
      )}
      <SafetyChecks name="Confirmed" of={item['acknowledged_safety_checks']} />
    </>
  );
}

function SafetyChecks({ name, of }: { readonly name: string; readonly of: unknown }) {
  return (
    <>
      {list(of).map((check, index) => (
        <p key={index}>
          <span class="label">{name}</span> {textOf(check['message'])}{' '}
          <code>
            {textOf(check['code'])} {textOf(check['id'])}
          </code>
        </p>
      ))}
    </>
  );
}

export function Program({ item }: BodyProps) {
  return (
    <>
      <Code text={textOf(item['code'])} name="code" />
      <Facts of={{ fingerprint: item['fingerprint'] }} />
    </>
  );
}

export function Result({ item }: BodyProps) {
  return <Value name="result" value={item['result']} />;
}
