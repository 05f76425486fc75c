import { Cut } from './long-text.tsx';

/** Code, or what a program has printed. */
export function Code({ text, name }: { readonly text: string; readonly name: string }) {
  return (
    <Cut text={text} name={name}>
      {(shown) => (
        <pre class="output" tabIndex={0} dir="ltr">
          {shown}
        </pre>
      )}
    </Cut>
  );
}

/** Commands as a shell would be given them, each after a prompt. */
export function Commands({ commands }: { readonly commands: readonly string[] }) {
  return (
    <pre class="output commands" tabIndex={0} dir="ltr">
      {commands.map((command, index) => (
        <span key={index}>
          <span class="prompt" aria-hidden="true">
            ${' '}
          </span>
          {command}
          {'\n'}
        </span>
      ))}
    </pre>
  );
}

/** A patch: what it adds and takes away is marked by the sign of its line, and by colour. */
export function Diff({ text }: { readonly text: string }) {
  return (
    <Cut text={text} name="diff">
      {(shown) => (
        <pre class="output diff" tabIndex={0} dir="ltr">
          {shown.split('\n').map((line, index) => (
            <span key={index} class={KINDS[line[0] ?? ''] ?? 'kept'}>
              {line}
              {'\n'}
            </span>
          ))}
        </pre>
      )}
    </Cut>
  );
}

const KINDS: Readonly<Record<string, string>> = { '+': 'added', '-': 'removed', '@': 'place-line' };
