import { isolatedOwner } from '../../access/authentication/user-isolation.ts';
import { isPlainText } from '../../access/principal.ts';
import { newId } from '../../base/ids.ts';
import { OperatorError } from '../../base/errors/operator-error.ts';
import type { AuditedHold } from '../../service/audit.ts';
import type { HoldRecord, HoldTarget } from '../../store/holds/port.ts';
import type { Command } from '../command.ts';
import { withStore } from '../database/access.ts';
import { digestOf, withAuditedStore } from '../database/audit.ts';
import { optional, optionalName, required, takeOptions, unknownAction } from '../options.ts';
import { counted, shownTime } from '../output/wording.ts';

const ID_PREFIX = 'hold';
const TARGET = ['tenant', 'subject', 'isolation-key', 'conversation', 'reason'];

export const hold: Command = {
  usage: [
    'colloquy hold add --tenant NAME [--subject NAME [--isolation-key KEY] | --conversation ID] --reason TEXT',
    'colloquy hold list [--tenant NAME] [--json]',
    'colloquy hold release ID',
  ],
  summary:
    'Keep conversations from being deleted for good, whatever callers, expiry and erasure do. No caller sees a hold.',
  takesSettings: true,
  run: async (context) => {
    const [action, ...words] = context.arguments;
    switch (action) {
      case 'add':
        return add(context, words);
      case 'list':
        return list(context, words);
      case 'release':
        return release(context, words);
      default:
        throw unknownAction(
          'hold',
          action,
          'Write `colloquy hold add`, `colloquy hold list` or `colloquy hold release ID`.',
        );
    }
  },
};

type Run = (context: Parameters<Command['run']>[0], words: readonly string[]) => Promise<void>;

const add: Run = async (context, words) => {
  const options = takeOptions(words, TARGET);
  const tenant = required(options, 'tenant');
  const reason = required(options, 'reason');
  const subject = optionalName(options, 'subject') ?? null;
  const conversationId = optionalName(options, 'conversation') ?? null;
  const isolationKey = optional(options, 'isolation-key') ?? '';
  if ((subject !== null && conversationId !== null) || !isPlainText(reason)) {
    throw new OperatorError(
      'invalid_hold',
      subject === null
        ? 'The reason is not text without control characters.'
        : 'A hold is on a subject or on a conversation, not on both.',
      'Give one of --subject and --conversation, or neither for the whole tenant, and a reason in words.',
    );
  }
  const use = { settings: options.rest, otherFlags: TARGET, createsDatabase: false };
  await withAuditedStore(context, use, async ({ store, config: { auth }, audit }) => {
    const owner =
      subject !== null && auth.userIsolation ? isolatedOwner(subject, isolationKey) : subject;
    const record: HoldRecord = {
      id: newId(ID_PREFIX),
      tenant,
      subject: owner,
      conversationId,
      reason,
      createdAt: Date.now(),
      releasedAt: null,
    };
    await store.holds.add(record);
    const held = await store.holds.reach(record);
    context.print(
      `${record.id} holds ${targetOf(record)}: ${counted(held, 'conversation')} now, with those of responses.`,
    );
    if (held === 0) context.printError(nothingHeld(record));
    audit?.recordHold(auditedHold('addHold', record));
  });
};

const list: Run = async (context, words) => {
  const options = takeOptions(words, ['tenant'], ['json']);
  const otherFlags = ['tenant', 'json'];
  const use = { settings: options.rest, otherFlags, createsDatabase: false };
  await withStore(context, use, async (store) => {
    const holds = await store.holds.list(optional(options, 'tenant'));
    if (options.texts.has('json')) return context.print(JSON.stringify(holds.map(printable)));
    if (holds.length === 0) return context.print('There are no holds.');
    for (const record of holds) {
      const { id, createdAt, releasedAt, reason } = record;
      const state = releasedAt === null ? 'holds' : `released ${shownTime(releasedAt)}`;
      context.print(
        [id, shownTime(createdAt), state, targetOf(record), JSON.stringify(reason)].join('  '),
      );
    }
  });
};

const release: Run = async (context, [id, ...settings]) => {
  if (id === undefined || id.startsWith('-')) {
    throw new OperatorError(
      'invalid_hold',
      'hold release needs the id of a hold.',
      'Write `colloquy hold release ID`; `colloquy hold list` shows the ids.',
    );
  }
  const use = { settings, otherFlags: [], createsDatabase: false };
  await withAuditedStore(context, use, async ({ store, audit }) => {
    const released = await store.holds.release({ id, releasedAt: Date.now() });
    if (released === null) throw noSuchHold(id);
    context.print(`${id} is released. What it alone has kept is deleted by the next sweep.`);
    audit?.recordHold(auditedHold('releaseHold', released));
  });
};

function targetOf({ tenant, subject, conversationId }: HoldTarget): string {
  if (conversationId !== null) return `conversation ${conversationId} in tenant ${tenant}`;
  const whose = subject === null ? '' : ` of ${subject}`;
  return `all conversations${whose} in tenant ${tenant}`;
}

function nothingHeld(target: HoldTarget): string {
  const later = target.conversationId === null ? ' It holds those that are made later.' : '';
  return `colloquy: warning: there is nothing of ${targetOf(target)} yet: check the name, and release the hold if it is wrong.${later}`;
}

function auditedHold(operation: AuditedHold['operation'], record: HoldRecord): AuditedHold {
  const { id, tenant, subject, conversationId } = record;
  return {
    operation,
    tenant,
    resource: id,
    conversation: conversationId,
    subject_sha256: digestOf(subject),
  };
}

function printable(record: HoldRecord): Readonly<Record<string, unknown>> {
  return {
    id: record.id,
    tenant: record.tenant,
    subject: record.subject,
    conversation: record.conversationId,
    reason: record.reason,
    created_at: shownTime(record.createdAt),
    released_at: shownTime(record.releasedAt),
  };
}

function noSuchHold(id: string): OperatorError {
  return new OperatorError(
    'no_such_hold',
    `There is no hold ${id} that could be released.`,
    '`colloquy hold list` shows the ids.',
  );
}
