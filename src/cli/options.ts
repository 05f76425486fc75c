import { parseArgs } from 'node:util';
import { attributesFrom, isUsablePrincipal, UNOWNED } from '../access/principal.ts';
import { OperatorError } from '../base/errors/operator-error.ts';
import { ATTRIBUTE_NAMES, type AttributeName, type Attributes } from '../base/row-filter.ts';

/** Flags of a command, taken out of its arguments. */
export interface Options {
  readonly texts: ReadonlyMap<string, readonly string[]>;
  /** All other arguments: positional ones and settings. */
  readonly rest: readonly string[];
}

/** Takes `--name VALUE` and `--name=VALUE` for each of `valued`, and `--name` for each of `switches`. */
export function takeOptions(
  args: readonly string[],
  valued: readonly string[],
  switches: readonly string[] = [],
): Options {
  const texts = new Map<string, string[]>();
  const taken = new Set<number>();
  const options = Object.fromEntries([
    ...valued.map((name) => [name, { type: 'string' as const }]),
    ...switches.map((name) => [name, { type: 'boolean' as const }]),
  ]);
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind !== 'option' || !Object.hasOwn(options, token.name)) continue;
    const isValued = valued.includes(token.name);
    if (isValued && token.value === undefined) {
      throw new OperatorError(
        'missing_value',
        `${token.rawName} needs a value.`,
        `Write ${token.rawName} VALUE.`,
      );
    }
    taken.add(token.index);
    if (isValued && token.inlineValue === false) taken.add(token.index + 1);
    texts.set(token.name, [...(texts.get(token.name) ?? []), token.value ?? 'true']);
  }
  return { texts, rest: args.filter((_, index) => !taken.has(index)) };
}

/** Returns the value of a flag that may be given once. */
export function optional({ texts }: Options, name: string): string | undefined {
  const [value, second] = texts.get(name) ?? [];
  if (second === undefined) return value;
  throw new OperatorError('repeated_flag', `--${name} is given twice.`, `Give --${name} once.`);
}

/** Returns the value of a flag that must be given once. */
export function required(options: Options, name: string): string {
  const value = optional(options, name);
  if (value !== undefined && value !== '') return value;
  throw new OperatorError('missing_flag', `--${name} is missing.`, `Add --${name} VALUE.`);
}

/** Returns the value of a flag that may be left out, but not be empty. */
export function optionalName(options: Options, name: string): string | undefined {
  const value = optional(options, name);
  if (value !== '') return value;
  throw new OperatorError(
    'missing_value',
    `--${name} is empty.`,
    `Write --${name} VALUE, or leave it out.`,
  );
}

/** Flags for access attributes: `--role`, `--team`, `--project`, `--namespace`. Each may be repeated. */
export const ATTRIBUTE_FLAGS = ATTRIBUTE_NAMES.map(flagOfAttribute);

/** Flags for access attributes as a command's usage lists them. */
export const ATTRIBUTE_USAGE = ATTRIBUTE_FLAGS.map((flag) => `[--${flag} NAME ...]`).join(' ');

export function attributesOf({ texts }: Options): Attributes {
  return attributesFrom((name) => texts.get(flagOfAttribute(name)) ?? []);
}

function flagOfAttribute(name: AttributeName): string {
  return name.slice(0, -1);
}

/** Throws when authentication would never accept this principal. */
export function assertUsable(tenant: string, subject: string): void {
  if (isUsablePrincipal(tenant, subject)) return;
  throw new OperatorError(
    'unusable_name',
    `The subject '${subject}' of the tenant '${tenant}' is not valid: one of the names is empty, longer than 256 characters, has control characters, or is reserved.`,
    `Choose other names; '${UNOWNED}' owns the conversations that were written without authentication.`,
  );
}

/** Returns the error of a command without an action that it knows. A flag in the place of the action counts as none. */
export function unknownAction(
  command: string,
  action: string | undefined,
  fix: string,
): OperatorError {
  const title =
    action === undefined || action.startsWith('-')
      ? `${command} needs an action.`
      : `${command} has no action '${action}'.`;
  return new OperatorError('unknown_action', title, fix);
}
