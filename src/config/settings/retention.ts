import { EXPIRY_ANCHORS, MOST_EXPIRY_DAYS } from '../../base/expiry.ts';
import type { RetentionOptions } from '../../options/retention.ts';
import { defaultedSection, records, section, type Parsed, type Table } from './entry.ts';
import { choice, exactText, wholeNumber } from './parsers.ts';
import type { Place } from './place.ts';

const EXPIRY = {
  days: {
    name: 'days',
    parser: wholeNumber(1, MOST_EXPIRY_DAYS),
    isRequired: true,
    description: 'Days after which a conversation is deleted.',
  },
  anchor: {
    name: 'anchor',
    parser: choice(EXPIRY_ANCHORS),
    default: 'last_active_at',
    description:
      'What the days are counted from: `last_active_at`, the last item that was stored, or `created_at`.',
  },
} as const satisfies Table;

const trashDays = {
  name: 'trash-days',
  parser: wholeNumber(0, MOST_EXPIRY_DAYS),
  description:
    'Days in which a deleted conversation may be restored. With 0, a deletion deletes at once.',
} as const;

const RULES = {
  default: section({
    name: 'default',
    description: 'Expiry of new conversations that are made without one.',
    entries: EXPIRY,
  }),
  maximum: section({
    name: 'maximum',
    description:
      'Longest expiry that a conversation may have. One without any expiry gets this one.',
    entries: EXPIRY,
  }),
} as const satisfies Table;

const TENANT = {
  tenant: {
    name: 'tenant',
    parser: exactText,
    isRequired: true,
    description: 'Name of the tenant.',
  },
  ...RULES,
  trashDays,
} as const satisfies Table;

const ENTRIES = {
  ...RULES,
  trashDays: { ...trashDays, default: '0' },
  tenants: records({
    name: 'tenants',
    description:
      'Rules of single tenants, each of which replaces that of all tenants: a list, or a map by tenant.',
    keyedBy: 'tenant',
    entries: TENANT,
  }),
} as const satisfies Table;

/** Settings of how long conversations and responses are kept. */
export const RETENTION = {
  retention: defaultedSection({
    name: 'retention',
    description: 'How long conversations are kept. Without it, until they are deleted.',
    entries: ENTRIES,
    finish: retention,
  }),
  responseRetentionDays: {
    name: 'response-retention-days',
    placeholder: 'DAYS',
    parser: wholeNumber(0, 36_500),
    default: '0',
    description:
      'Days after which a stored response is deleted, with its items if it has no conversation; 0 to keep it.',
  },
} as const satisfies Table;

function retention(
  { tenants = [], ...rules }: Parsed<typeof ENTRIES>,
  place: Place,
): RetentionOptions {
  const names = tenants.map(({ tenant }) => tenant);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated === undefined) return { ...rules, tenants };
  throw place
    .at('tenants')
    .invalid(`the tenant ${repeated} is there twice`, 'Write its rules together.');
}
