import { OperatorError } from '../../base/errors/operator-error.ts';
import { isolatedOwner } from '../../access/authentication/user-isolation.ts';
import { ANONYMOUS, UNOWNED } from '../../access/principal.ts';
import { indexAll } from '../../service/search/index-all.ts';
import type { Command } from '../command.ts';
import { withStore } from '../database/access.ts';
import {
  assertUsable,
  ATTRIBUTE_FLAGS,
  ATTRIBUTE_USAGE,
  attributesOf,
  optional,
  required,
  takeOptions,
} from '../options.ts';
import { counted } from '../output/wording.ts';

const VALUED = ['tenant', 'isolation-key', 'subject', 'conversation', ...ATTRIBUTE_FLAGS];

export const adopt: Command = {
  usage: [
    `colloquy adopt --subject NAME [--tenant NAME] [--isolation-key KEY] ${ATTRIBUTE_USAGE} [--conversation ID]`,
  ],
  summary:
    'Give an owner the conversations that were written without authentication: all of them, or one.',
  takesSettings: true,
  run: async (context) => {
    const options = takeOptions(context.arguments, VALUED);
    const owner = required(options, 'subject');
    const tenant = optional(options, 'tenant') ?? ANONYMOUS.tenant;
    assertUsable(tenant, owner);
    const key = optional(options, 'isolation-key') ?? '';
    const use = { settings: options.rest, otherFlags: VALUED, createsDatabase: false };
    await withStore(context, use, async (store, { auth, search }) => {
      const conversationId = optional(options, 'conversation');
      const count = await store.conversations.adopt({
        from: { tenant: ANONYMOUS.tenant, owner: UNOWNED },
        to: {
          tenant,
          owner: auth.userIsolation ? isolatedOwner(owner, key) : owner,
          attributes: attributesOf(options),
        },
        conversationId,
      });
      if (count === 0 && conversationId !== undefined) {
        throw new OperatorError(
          'no_such_conversation',
          `There is no conversation ${conversationId} that was written without authentication.`,
          'Check the id; a conversation that has an owner keeps this owner.',
        );
      }
      if (search) await indexAll(store.search);
      context.print(
        `${counted(count, 'conversation')} now ${count === 1 ? 'belongs' : 'belong'} to ${owner} of ${tenant}.`,
      );
    });
  },
};
