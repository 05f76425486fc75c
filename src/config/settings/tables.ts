import { ACCESS } from './access.ts';
import { CONSOLE } from './console.ts';
import { DATABASE } from './database.ts';
import { EVENTS } from './events.ts';
import { MODELS } from './models.ts';
import { OBSERVATION } from './observation.ts';
import { PROCESS } from './process.ts';
import { PROTECTION } from './protection.ts';
import { REQUESTS } from './requests.ts';
import { RETENTION } from './retention.ts';
import { TOOLS } from './tools.ts';

/** One table of settings for each subject, in the order of help and reference. */
export const SUBJECTS = [
  { title: 'The process', table: PROCESS },
  { title: 'Database', table: DATABASE },
  { title: 'Access', table: ACCESS },
  { title: 'Protection', table: PROTECTION },
  { title: 'Requests and answers', table: REQUESTS },
  { title: 'Retention', table: RETENTION },
  { title: 'Events', table: EVENTS },
  { title: 'Models', table: MODELS },
  { title: 'Tools', table: TOOLS },
  { title: 'Console', table: CONSOLE },
  { title: 'Logs and metrics', table: OBSERVATION },
] as const;

type Intersection<Union> = (Union extends unknown ? (each: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;

type AllTables = Intersection<(typeof SUBJECTS)[number]['table']>;

/** The entries of all tables. */
// Sound: a test checks that no two tables have the same key.
export const SETTINGS = Object.fromEntries(
  SUBJECTS.flatMap(({ table }) => Object.entries(table)),
) as AllTables;
