import { Authorizer } from '../../access/policy/authorizer.ts';
import { resourceToCreate, type Decision } from '../../access/policy/decide.ts';
import { policyOf } from '../../access/policy/parse.ts';
import { ACTIONS, type Action } from '../../access/policy/rule.ts';
import { isolatedOwner } from '../../access/authentication/user-isolation.ts';
import { ANONYMOUS } from '../../access/principal.ts';
import { OperatorError } from '../../base/errors/operator-error.ts';
import type { Command } from '../command.ts';
import { withStore } from '../database/access.ts';
import {
  ATTRIBUTE_FLAGS,
  ATTRIBUTE_USAGE,
  attributesOf,
  optional,
  required,
  takeOptions,
} from '../options.ts';

const VALUED = ['as', 'isolation-key', 'tenant', 'action', 'conversation', ...ATTRIBUTE_FLAGS];

export const policy: Command = {
  usage: [
    `colloquy policy check --as SUBJECT --action ${ACTIONS.join('|')} [--conversation ID] [--tenant NAME] [--isolation-key KEY] ${ATTRIBUTE_USAGE}`,
  ],
  summary: 'Print whether a subject may act on a conversation, and the rule that decides.',
  takesSettings: true,
  run: async (context) => {
    const options = takeOptions(context.arguments, VALUED);
    const [verb, ...rest] = options.rest;
    if (verb !== 'check') throw usageError('policy has one action: check.');
    const subject = required(options, 'as');
    const action = parseAction(required(options, 'action'));
    const tenant = optional(options, 'tenant') ?? ANONYMOUS.tenant;
    const attributes = attributesOf(options);
    const conversationId = action === 'create' ? '' : required(options, 'conversation');
    const use = { settings: rest, otherFlags: VALUED, createsDatabase: false };
    await withStore(context, use, async (store, { auth }) => {
      const authorizer = new Authorizer(policyOf(auth.accessPolicy));
      const owner = auth.userIsolation
        ? isolatedOwner(subject, optional(options, 'isolation-key') ?? '')
        : subject;
      const principal = { tenant, subject, owner, attributes };
      const resource =
        action === 'create'
          ? resourceToCreate(principal)
          : await store.conversations.getResource({ tenant, conversationId });
      if (resource === null) {
        return context.print(`no: the tenant ${tenant} has no conversation ${conversationId}.`);
      }
      const decision = authorizer.decide(principal, action, resource);
      context.print(explanation(decision));
    });
  },
};

function explanation({ allowed, rule }: Decision): string {
  if (rule === undefined) return 'no: no rule matches.';
  const { origin, description } = rule;
  const named = description === undefined ? origin : `${origin}: ${description}`;
  return `${allowed ? 'yes' : 'no'}: ${rule.effect} by the rule at ${named}`;
}

function parseAction(text: string): Action {
  const action = ACTIONS.find((candidate) => candidate === text);
  if (action !== undefined) return action;
  throw usageError(`There is no action '${text}'.`);
}

function usageError(title: string): OperatorError {
  return new OperatorError(
    'invalid_usage',
    title,
    `Write \`colloquy policy check --as SUBJECT --action ${ACTIONS.join('|')} --conversation ID\`.`,
  );
}
