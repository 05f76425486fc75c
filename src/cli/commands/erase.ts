import { isolatedOwner } from '../../access/authentication/user-isolation.ts';
import { ALL } from '../../base/row-filter.ts';
import { OperatorError } from '../../base/errors/operator-error.ts';
import type { ErasureReceipt } from '../../contract/retention/erasure.ts';
import { erase as eraseMatches } from '../../service/retention/erasures.ts';
import { eraseAll } from '../../service/search/index-all.ts';
import type { OwnerFilter } from '../../store/retention/port.ts';
import type { Command } from '../command.ts';
import { digestOf, withAuditedStore } from '../database/audit.ts';
import { optionalName, required, takeOptions, type Options } from '../options.ts';
import { ProgressLine } from '../output/progress.ts';
import { counted, shownBytes, shownTime } from '../output/wording.ts';

const VALUED = ['tenant', 'subject', 'metadata'];
const SWITCHES = ['dry-run', 'json'];
const MS_PER_SECOND = 1000;
const NOTHING_MATCHED =
  'colloquy: warning: nothing matched, so nothing was there to be erased. Check the tenant, the subject and the metadata for mistakes.';

export const erase: Command = {
  usage: [
    'colloquy erase --tenant NAME --subject NAME [--metadata KEY=VALUE ...] [--dry-run] [--json]',
    'colloquy erase --tenant NAME --metadata KEY=VALUE ... [--dry-run] [--json]',
  ],
  summary:
    'Delete all conversations and responses of a subject, or those with metadata, for good, and print a receipt. A server may be running.',
  takesSettings: true,
  drains: true,
  run: async (context) => {
    const options = takeOptions(context.arguments, VALUED, SWITCHES);
    const tenant = required(options, 'tenant');
    const subject = optionalName(options, 'subject');
    const metadata = pairsOf(options);
    if (subject === undefined && metadata.length === 0) {
      throw new OperatorError(
        'missing_flag',
        '--subject and --metadata are missing.',
        'Add --subject NAME, or --metadata KEY=VALUE, or both.',
      );
    }
    const isDryRun = options.texts.has('dry-run');
    const otherFlags = [...VALUED, ...SWITCHES];
    const use = { settings: options.rest, otherFlags, createsDatabase: false };
    await withAuditedStore(context, use, async ({ store, config, audit }) => {
      const progress = new ProgressLine(context);
      const owners = subject === undefined ? undefined : ownersOf(subject, config.auth);
      const receipt = await eraseMatches(
        store.retention,
        { tenant, access: ALL, owners, metadata },
        {
          isDryRun,
          isOver: () => context.stop.aborted,
          onProgress: (deleted) =>
            progress.update(() => `erased ${counted(deleted, 'conversation')}`),
        },
      );
      if (!isDryRun) await eraseAll(store.search);
      progress.clear();
      const printed = {
        ...receipt,
        tenant,
        subject_sha256: digestOf(subject ?? null),
      };
      const { not_covered: _, object: __, ...figures } = printed;
      audit?.recordErasure({ requestId: undefined, tenant, principal: null, receipt: figures });
      if (options.texts.has('json')) context.print(JSON.stringify(printed));
      else for (const line of linesOf(printed)) context.print(line);
      if (receipt.matched === 0 && !receipt.has_more) context.printError(NOTHING_MATCHED);
      if (receipt.has_more) throw interrupted();
    });
  },
};

/** Returns the owners of what a subject has made, also under isolation keys. */
function ownersOf(
  subject: string,
  { userIsolation }: { readonly userIsolation: boolean },
): OwnerFilter {
  if (!userIsolation) return { owner: subject, orPrefix: undefined };
  const owner = isolatedOwner(subject, '');
  return { owner, orPrefix: `${owner}#` };
}

function pairsOf({ texts }: Options): readonly (readonly [string, string])[] {
  return (texts.get('metadata') ?? []).map((text) => {
    const [, key = '', value = ''] = /^([^=]+)=([^]+)$/.exec(text) ?? [];
    if (key !== '') return [key, value] as const;
    throw new OperatorError(
      'invalid_metadata',
      `--metadata is '${text}', which is not KEY=VALUE.`,
      'Write --metadata KEY=VALUE, once for each pair; neither may be empty.',
    );
  });
}

type Receipt = ErasureReceipt & { readonly tenant: string; readonly subject_sha256: string | null };

function linesOf(receipt: Receipt): readonly string[] {
  const { dry_run, held, items, bytes, deleted, matched, ids_sha256 } = receipt;
  const found = `${counted(matched, 'conversation')} of ${receipt.tenant}`;
  const size = `${counted(items, 'item')}, ${shownBytes(bytes)}`;
  const [label, reached] = dry_run ? ['to erase', matched - held] : ['erased  ', deleted];
  return [
    `${receipt.id}  ${dry_run ? 'dry run, nothing was deleted' : `erased ${deleted} of ${found}`}`,
    `  matched    ${found}`,
    `  held       ${counted(held, 'conversation')}${held > 0 ? ', kept by a hold' : ''}`,
    `  ${label}   ${counted(reached, 'conversation')}, ${size}`,
    `  subject    ${receipt.subject_sha256 === null ? 'any' : `SHA-256 ${receipt.subject_sha256}`}`,
    `  started    ${shownTime(receipt.started_at * MS_PER_SECOND)}`,
    `  finished   ${shownTime(receipt.finished_at * MS_PER_SECOND)}`,
    `  ids        ${ids_sha256 === null ? 'of nothing, in a dry run' : `SHA-256 ${ids_sha256}`}`,
    '  not reached by this:',
    ...receipt.not_covered.map((place) => `    ${place}`),
  ];
}

function interrupted(): OperatorError {
  return new OperatorError(
    'interrupted',
    'The command was interrupted before everything was erased.',
    'Run it again: it goes on with what is left.',
  );
}
