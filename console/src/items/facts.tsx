import { JsonTree } from '../text/json-tree.tsx';
import { Disclosure } from './disclosure.tsx';

/** Fields with short values as a line of pairs, others as trees. Empty ones are left out. */
export function Facts({ of }: { readonly of: Readonly<Record<string, unknown>> }) {
  const given = Object.entries(of).filter(([, value]) => !isEmpty(value));
  const short = given.filter(([, value]) => isShort(value));
  const long = given.filter(([, value]) => !isShort(value));
  return (
    <>
      {short.length > 0 && (
        <p class="item-facts">
          {short.map(([name, value]) => (
            <span key={name}>
              <span class="key">{name.replaceAll('_', ' ')}</span> <bdi>{String(value)}</bdi>
            </span>
          ))}
        </p>
      )}
      {long.map(([name, value]) => (
        <JsonTree key={name} name={name} value={value} path={name} />
      ))}
    </>
  );
}

function isShort(value: unknown): boolean {
  return typeof value === 'string' ? value.length < 80 : typeof value !== 'object';
}

/** What an item has besides what its view draws, so that nothing of it is out of reach. */
export function FurtherFields({ of }: { readonly of: Readonly<Record<string, unknown>> }) {
  const given = Object.entries(of).filter(([, value]) => !isEmpty(value));
  if (given.length === 0) return null;
  return (
    <Disclosure
      name="further fields"
      note={given.map(([name]) => name.slice(0, 40)).join(', ')}
      of={of}
    >
      {given.map(([name, value]) => (
        <JsonTree key={name} name={name} value={value} path={name} />
      ))}
    </Disclosure>
  );
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
