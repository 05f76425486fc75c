import { copyAndTell } from '../text/clipboard.ts';
import { useState } from 'preact/hooks';
import { API, BASE_URL } from '../api/client.ts';
import type { Principal, ServerFacts } from '../api/objects.ts';
import { principal, server } from '../api/session.ts';
import { Skeleton } from '../conversations/empty.tsx';
import { useTitle } from '../look/title.ts';
import { fragmentOf } from '../place.ts';
import { bytes, count } from '../text/numbers.ts';
import { Time } from '../text/time.tsx';
import { CALLS } from './calls.ts';
import { Facts } from '../look/facts.tsx';

const SCHEMES: Readonly<Record<string, string>> = {
  keys: 'API keys',
  jwt: 'access tokens (JWT)',
  headers: 'headers of a gateway',
};

const FEATURES: readonly (readonly [name: string, meaning: string, without: string])[] = [
  ['responses', 'Responses: turns of models', 'no model server is named (--model-url)'],
  ['search', 'Search in items', 'off (--search)'],
  ['events', 'Change feed, live tail', 'off (--events)'],
  ['export', 'Export', 'off'],
];

/** What this server is, who the caller is for it, and how to call it. */
export function ServerPage() {
  useTitle('Server');
  const [facts, caller] = [server.value, principal.value];
  return (
    <main id="main" class="list narrow server" tabIndex={-1}>
      <h1 id="title" tabIndex={-1}>
        Server and access
      </h1>
      {facts === undefined || caller === undefined ? (
        <Skeleton />
      ) : (
        <>
          <Caller caller={caller} />
          <Server facts={facts} />
          <Kept caller={caller} />
          <Calling />
        </>
      )}
    </main>
  );
}

function Caller({ caller }: { readonly caller: Principal }) {
  const { scheme, tenant, subject, owner, actions, expires_at } = caller;
  return (
    <section>
      <h2>You</h2>
      {scheme === null && (
        <p class="note">
          This server asks nobody who they are: everyone on this machine may read and change
          everything.
        </p>
      )}
      <Facts
        facts={[
          ['Tenant', tenant],
          ['Subject', subject],
          owner !== subject && ['Owner of what you create', owner],
          scheme !== null && ['Signed in by', SCHEMES[scheme] ?? scheme],
          ['Roles', list(caller.roles)],
          ['Teams', list(caller.teams)],
          ['Projects', list(caller.projects)],
          ['Namespaces', list(caller.namespaces)],
          ['You may', `${list(actions)}${actions.length > 0 ? ' conversations' : 'nothing'}`],
          scheme !== null && [
            'Valid until',
            expires_at === null ? 'it is revoked' : <Time at={expires_at} as="exact" />,
          ],
        ]}
      />
    </section>
  );
}

function Server({ facts }: { readonly facts: ServerFacts }) {
  const { version, compatibility, dialect, limits, authentication, features } = facts;
  return (
    <section>
      <h2>Server</h2>
      <Facts
        facts={[
          ['Version', `Colloquy ${version}`],
          ['Address', <code>{BASE_URL}</code>],
          [
            'Checks',
            compatibility === 'strict'
              ? 'strict: what OpenAI’s API refuses'
              : 'liberal: unknown fields and item types are kept',
          ],
          dialect !== 'openai' && ['Dialect', dialect],
          [
            'Sign-in',
            authentication.schemes.map((scheme) => SCHEMES[scheme] ?? scheme).join(', ') || 'none',
          ],
          ...FEATURES.map(
            ([name, meaning, without]) =>
              [
                meaning,
                features.includes(name) ? 'on' : <span class="quiet">{without}</span>,
              ] as const,
          ),
          ['Items in a request', count(limits.items_per_request)],
          ['Entries of a page', count(limits.page_size)],
          ['Body of a request', bytes(limits.body_bytes)],
        ]}
      />
      <p>
        <a href={new URL('../openapi.json', API).href} rel="noopener" target="_blank">
          OpenAPI document
        </a>{' '}
        <span class="quiet">· every operation, parameter and error of this server</span>
      </p>
    </section>
  );
}

function Kept({ caller: { retention, tenant } }: { readonly caller: Principal }) {
  const { default: usual, maximum, trash_days: days } = retention;
  return (
    <section>
      <h2>How long conversations are kept</h2>
      <Facts
        facts={[
          ['New ones, in ' + tenant, usual === null ? 'until they are deleted' : lasting(usual)],
          ['At most', maximum === null ? 'no limit' : lasting(maximum)],
          [
            'Trash',
            days === 0 ? (
              'none: a deletion deletes for good'
            ) : (
              <a href={fragmentOf({ page: 'trash', query: '' })}>{`${days} days`}</a>
            ),
          ],
        ]}
      />
    </section>
  );
}

/** How a program calls this server, with its address. */
function Calling() {
  const [name, setName] = useState(CALLS[0]?.name);
  const [note, setNote] = useState('');
  const text = CALLS.find((way) => way.name === name)?.text() ?? '';
  return (
    <section>
      <h2>Calling it</h2>
      <p>Every client of OpenAI’s Conversations and Responses works, with this address.</p>
      <fieldset class="depths">
        <legend class="hidden">Language</legend>
        {CALLS.map((way) => (
          <label key={way.name}>
            <input
              type="radio"
              name="call"
              checked={way.name === name}
              onChange={() => {
                setName(way.name);
                setNote('');
              }}
            />{' '}
            {way.name}
          </label>
        ))}
      </fieldset>
      <pre class="example" tabIndex={0}>
        <code>{text}</code>
      </pre>
      <p class="answers">
        <button type="button" onClick={async () => setNote(await copyAndTell(text))}>
          Copy
        </button>
        <span role="status" class="quiet">
          {note}
        </span>
      </p>
    </section>
  );
}

function list(names: readonly string[]): string {
  return names.join(', ');
}

function lasting({ anchor, days }: { readonly anchor: string; readonly days: number }): string {
  const from = anchor === 'created_at' ? 'their creation' : 'their last item';
  return `${days} days after ${from}`;
}
