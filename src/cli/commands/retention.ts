import { NO_OBSERVER } from '../../observe/observer.ts';
import { OperatorError } from '../../base/errors/operator-error.ts';
import { applyRules } from '../../service/retention/application.ts';
import { RetentionRules } from '../../service/retention/rules.ts';
import { Sweeper } from '../../service/retention/sweeper.ts';
import { sweepUnderLease } from '../../service/retention/sweeping.ts';
import type { Command, CommandContext } from '../command.ts';
import { withStore } from '../database/access.ts';
import { withAuditedStore } from '../database/audit.ts';
import { takeOptions, unknownAction } from '../options.ts';
import { counted } from '../output/wording.ts';

export const retention: Command = {
  usage: ['colloquy retention apply [--dry-run]', 'colloquy retention sweep'],
  summary:
    '`apply` gives conversations that are there already the expiry of the settings, as new ones get it. `sweep` deletes what is due, as a server does each minute.',
  takesSettings: true,
  drains: true,
  run: async (context) => {
    const [action, ...words] = context.arguments;
    if (action === 'apply') return apply(context, words);
    if (action === 'sweep') return sweep(context, words);
    throw unknownAction(
      'retention',
      action,
      'Write `colloquy retention apply` or `colloquy retention sweep`.',
    );
  },
};

async function apply(context: CommandContext, words: readonly string[]): Promise<void> {
  const { texts, rest } = takeOptions(words, [], ['dry-run']);
  const isDryRun = texts.has('dry-run');
  const use = { settings: rest, otherFlags: ['dry-run'], createsDatabase: false };
  await withStore(context, use, async (store, config) => {
    const rules = new RetentionRules(config.retention);
    const tenants = await applyRules(store.retention, rules, { isDryRun });
    const verb = isDryRun ? 'would get' : 'got';
    for (const { tenant, limited, overdue } of tenants) {
      context.print(
        `${tenant}: ${counted(limited, 'conversation')} ${verb} an expiry or a shorter one, ${counted(overdue, 'of them is', 'of them are')} due at once`,
      );
    }
    if (tenants.length === 0) context.print('No conversation is changed by the settings.');
  });
}

async function sweep(context: CommandContext, words: readonly string[]): Promise<void> {
  const use = { settings: words, otherFlags: [], createsDatabase: false };
  await withAuditedStore(context, use, async ({ store, config, audit }) => {
    const observer = NO_OBSERVER;
    const sweeper = new Sweeper({ ...config, store: store.retention, observer, audit });
    const isStopping = (): boolean => context.stop.aborted;
    const counts = await sweepUnderLease(sweeper, store.idempotency, isStopping);
    if (counts === undefined) throw busy();
    const { expired, purged, items, responses } = counts;
    context.print(
      `${counted(expired, 'conversation')} expired, ${counted(purged, 'conversation')} deleted for good, with ${counted(items, 'item')} and ${counted(responses, 'response')}.`,
    );
  });
}

function busy(): OperatorError {
  return new OperatorError(
    'sweeping_already',
    'Another process is sweeping this database.',
    'Leave it to that one, or wait a minute after it has stopped.',
  );
}
