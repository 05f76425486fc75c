import type { PolicyRuleOptions, PolicyScopeOptions } from '../../options/access-policy.ts';
import { records, section, type Parsed, type Table } from './entry.ts';
import { exactText, text, unsplitList } from './parsers.ts';
import type { Place } from './place.ts';

const SCOPE = {
  principal: {
    name: 'principal',
    parser: exactText,
    description: 'Subject that the rule concerns; without it, all subjects.',
  },
  actions: {
    name: 'actions',
    parser: unsplitList(exactText),
    description: 'Some of `create`, `read`, `update`, `delete`.',
  },
  resource: {
    name: 'resource',
    parser: unsplitList(exactText),
    description: '`conversation::*`, `conversation::ID`, or a list; without it, all conversations.',
  },
} as const satisfies Table;

const RULE = {
  permit: section({
    name: 'permit',
    description: 'Scope of a rule that permits.',
    entries: SCOPE,
    finish: scopeOptions,
  }),
  forbid: section({
    name: 'forbid',
    description: 'Scope of a rule that forbids.',
    entries: SCOPE,
    finish: scopeOptions,
  }),
  when: {
    name: 'when',
    parser: unsplitList(exactText),
    description: 'Conditions that must all hold.',
  },
  unless: {
    name: 'unless',
    parser: unsplitList(exactText),
    description: 'Conditions that must not all hold.',
  },
  description: {
    name: 'description',
    parser: text,
    description: 'Name of the rule in the audit log and in `colloquy policy check`.',
  },
} as const satisfies Table;

/** Rules in Llama Stack's grammar. Only the shape of a rule is checked here; `access/policy/` parses the texts. */
export const accessPolicy = records({
  name: 'access-policy',
  description: 'Rules; the first that matches decides. Without the key, conversations are private.',
  entries: RULE,
  finish: (rule: Parsed<typeof RULE>, { origin }: Place): PolicyRuleOptions => ({
    ...rule,
    origin,
  }),
});

function scopeOptions(scope: Parsed<typeof SCOPE>, { origin }: Place): PolicyScopeOptions {
  return { ...scope, origin };
}
