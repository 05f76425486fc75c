import { newApiKey } from '../../access/authentication/api-keys.ts';
import { DEFAULT_TENANT } from '../../options/authentication.ts';
import { newId } from '../../base/ids.ts';
import { OperatorError } from '../../base/errors/operator-error.ts';
import type { KeyRecord } from '../../store/keys/port.ts';
import type { Store } from '../../store/store.ts';
import type { Command, CommandContext } from '../command.ts';
import { withStore } from '../database/access.ts';
import { shownTime } from '../output/wording.ts';
import {
  assertUsable,
  ATTRIBUTE_FLAGS,
  ATTRIBUTE_USAGE,
  attributesOf,
  optional,
  required,
  takeOptions,
  unknownAction,
  type Options,
} from '../options.ts';

interface Action {
  /** Names of the flags with a value. */
  readonly valued: readonly string[];
  /** Names of the flags without a value. */
  readonly switches: readonly string[];
  run(store: Store, options: Options, context: CommandContext): Promise<void>;
}

const CREATE: Action = {
  valued: ['tenant', 'subject', 'expires', ...ATTRIBUTE_FLAGS],
  switches: ['json'],
  run: create,
};
const LIST: Action = { valued: ['tenant'], switches: ['json'], run: list };

export const keys: Command = {
  usage: [
    `colloquy keys create --subject NAME [--tenant NAME] ${ATTRIBUTE_USAGE} [--expires 90d] [--json]`,
    'colloquy keys list [--tenant NAME] [--json]',
    'colloquy keys revoke ID',
  ],
  summary: 'Create, list and revoke API keys. A new key is printed once and not stored.',
  takesSettings: true,
  run: async (context) => {
    const [name, ...words] = context.arguments;
    const action = actionOf(name, words[0]);
    // A flag of another action stays among the settings, which do not accept it.
    const options = takeOptions(words, action.valued, action.switches);
    const use = {
      settings: name === 'revoke' ? options.rest.slice(1) : options.rest,
      otherFlags: [...action.valued, ...action.switches],
      createsDatabase: action === CREATE,
    };
    await withStore(context, use, (store) => action.run(store, options, context));
  },
};

function actionOf(name: string | undefined, id: string | undefined): Action {
  if (name === 'create') return CREATE;
  if (name === 'list') return LIST;
  if (name === 'revoke') return revoking(id);
  throw unknownAction(
    'keys',
    name,
    'Write `colloquy keys create`, `colloquy keys list` or `colloquy keys revoke ID`.',
  );
}

async function create(store: Store, options: Options, { print }: CommandContext): Promise<void> {
  const subject = required(options, 'subject');
  const tenant = optional(options, 'tenant') ?? DEFAULT_TENANT;
  assertUsable(tenant, subject);
  const { key, hash } = newApiKey();
  const createdAt = Date.now();
  const record: KeyRecord = {
    id: newId('key'),
    tenant,
    subject,
    attributes: attributesOf(options),
    hash,
    createdAt,
    expiresAt: expiry(optional(options, 'expires'), createdAt),
    revokedAt: null,
    lastUsedAt: null,
  };
  await store.keys.create(record);
  if (options.texts.has('json')) print(JSON.stringify({ key, ...printable(record) }));
  else {
    print(
      `${record.id} for ${record.subject} of ${record.tenant}; this is the only time the key is shown:`,
    );
    print(key);
  }
}

async function list(store: Store, options: Options, { print }: CommandContext): Promise<void> {
  const records = await store.keys.list(optional(options, 'tenant'));
  if (options.texts.has('json')) return print(JSON.stringify(records.map(printable)));
  if (records.length === 0) return print('There are no keys.');
  for (const record of records) print(lineOf(record));
}

function revoking(id: string | undefined): Action {
  if (id === undefined || id.startsWith('--')) {
    throw noSuchKey('revoke needs the id of a key.');
  }
  return {
    valued: [],
    switches: [],
    run: async (store, _options, { print }) => {
      if (!(await store.keys.revoke({ id, revokedAt: Date.now() }))) {
        throw noSuchKey(`There is no key ${id} that could be revoked.`);
      }
      print(`${id} is revoked.`);
    },
  };
}

function noSuchKey(title: string): OperatorError {
  return new OperatorError('no_such_key', title, '`colloquy keys list` shows the ids.');
}

/** Returns a key as the command prints it: without its hash, and with times in ISO 8601. */
function printable(record: KeyRecord): Readonly<Record<string, unknown>> {
  const { id, tenant, subject, attributes } = record;
  return {
    id,
    tenant,
    subject,
    ...attributes,
    created_at: shownTime(record.createdAt),
    expires_at: shownTime(record.expiresAt),
    revoked_at: shownTime(record.revokedAt),
    last_used_at: shownTime(record.lastUsedAt),
  };
}

function lineOf(record: KeyRecord): string {
  const lists = Object.entries(record.attributes).map(
    ([name, values]) => `${name}=${values.join(',')}`,
  );
  const state =
    record.revokedAt === null
      ? record.expiresAt === null
        ? 'never expires'
        : `expires ${shownTime(record.expiresAt)}`
      : `revoked ${shownTime(record.revokedAt)}`;
  const used =
    record.lastUsedAt === null ? 'never used' : `last used ${shownTime(record.lastUsedAt)}`;
  return [record.id, record.tenant, record.subject, ...lists, state, used].join('  ');
}

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function expiry(text: string | undefined, from: number): number | null {
  if (text === undefined) return null;
  const [, count, unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (count === undefined) {
    throw new OperatorError(
      'invalid_duration',
      `--expires is '${text}', which is not a duration.`,
      'Write 30m, 12h or 90d.',
    );
  }
  return from + Number(count) * (UNITS[unit] ?? 0);
}
