import type { Model } from './model.ts';
import type { ApiDocument, Operation } from './operations.ts';
import { PlainDrafts } from './plain-drafts.ts';
import type { Random } from './random.ts';
import { RAW_REQUESTS } from './raw-requests.ts';
import { mutated } from './request-mutations.ts';
import { render, type FuzzRequest, type RawRequest } from './requests.ts';
import { SchemaDrafts } from './schema-drafts.ts';
import { varied } from './variations.ts';

/** Generates the requests of a run. */
export class Generator {
  readonly #plain: PlainDrafts;
  readonly #schemas: SchemaDrafts;

  constructor(document: ApiDocument, operations: readonly Operation[], model: Model) {
    this.#plain = new PlainDrafts(operations, model);
    this.#schemas = new SchemaDrafts(document, operations, this.#plain);
  }

  make(random: Random): FuzzRequest | RawRequest {
    switch (random.weighted({ plain: 45, schema: 24, mutated: 30, raw: 1 })) {
      case 'plain':
        return varied(random, render(this.#plain.make(random), true));
      case 'schema':
        return render(this.#schemas.make(random), false);
      case 'mutated': {
        const drafts = random.chance(0.7) ? this.#plain : this.#schemas;
        return mutated(random, drafts.make(random));
      }
      case 'raw':
        return random.pick(RAW_REQUESTS);
    }
  }
}
