import { ACCESS } from './access.ts';
import { DATABASE } from './database.ts';
import type { Table } from './entry.ts';
import { OBSERVATION } from './observation.ts';
import { PROCESS } from './process.ts';
import { PROTECTION } from './protection.ts';
import { REQUESTS } from './requests.ts';

interface Subject {
  readonly title: string;
  readonly table: Table;
}

/** Tables of settings by their subjects, in the order of help and reference. */
export const SUBJECTS: readonly Subject[] = [
  { title: 'The process', table: PROCESS },
  { title: 'Database', table: DATABASE },
  { title: 'Access', table: ACCESS },
  { title: 'Protection', table: PROTECTION },
  { title: 'Requests and answers', table: REQUESTS },
  { title: 'Logs and metrics', table: OBSERVATION },
];

/** All settings. */
export const SETTINGS = {
  ...PROCESS,
  ...DATABASE,
  ...ACCESS,
  ...PROTECTION,
  ...REQUESTS,
  ...OBSERVATION,
} as const;
