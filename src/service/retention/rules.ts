/** How long conversations are kept: what a request asks for, within the rules of its tenant. */

import type { ExpiryOptions } from '../../base/expiry.ts';
import type { RetentionOptions } from '../../options/retention.ts';
import type { NewExpiry } from '../../store/conversations/port.ts';

const MS_PER_DAY = 86_400_000;

/** The rules of all tenants. */
export class RetentionRules {
  readonly #options: RetentionOptions;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /**
   * Returns the expiry of a new conversation: the own one, or the tenant's default, and no longer than the maximum.
   * `undefined` for one that does not expire.
   */
  ofNew(tenant: string, own: ExpiryOptions | undefined): NewExpiry | undefined {
    return this.ofChanged(tenant, own ?? this.#of(tenant).default ?? null) ?? undefined;
  }

  /** Returns the expiry that a conversation gets instead of an earlier one; null for none. */
  ofChanged(tenant: string, own: ExpiryOptions | null): NewExpiry | null {
    const { maximum } = this.#of(tenant);
    const asked = own ?? maximum;
    if (asked === undefined) return null;
    const days = Math.min(asked.days, maximum?.days ?? asked.days);
    return { anchor: asked.anchor, afterMs: days * MS_PER_DAY };
  }

  /** Returns the expiry that the rules give a conversation which has another one, or none; `undefined` for no change. */
  ofExisting(tenant: string, now: NewExpiry | undefined): NewExpiry | undefined {
    if (now === undefined) return this.ofNew(tenant, undefined);
    const { maximum } = this.#of(tenant);
    if (maximum === undefined || now.afterMs <= maximum.days * MS_PER_DAY) return undefined;
    return { ...now, afterMs: maximum.days * MS_PER_DAY };
  }

  /** Returns how long a deleted conversation may be restored; 0 for not at all. */
  trashMs(tenant: string): number {
    return this.of(tenant).trashDays * MS_PER_DAY;
  }

  /** Returns the rules of a tenant. */
  of(tenant: string): Pick<RetentionOptions, 'default' | 'maximum' | 'trashDays'> {
    const { trashDays = this.#options.trashDays } = this.#tenant(tenant) ?? {};
    return { ...this.#of(tenant), trashDays };
  }

  #of(tenant: string): Pick<RetentionOptions, 'default' | 'maximum'> {
    const own = this.#tenant(tenant);
    return {
      default: own?.default ?? this.#options.default,
      maximum: own?.maximum ?? this.#options.maximum,
    };
  }

  #tenant(name: string): RetentionOptions['tenants'][number] | undefined {
    return this.#options.tenants.find(({ tenant }) => tenant === name);
  }
}
