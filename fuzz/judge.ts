import { isDeepStrictEqual } from 'node:util';
import { assertConversation, difference } from './assertions.ts';
import type { Meaning } from './meaning.ts';
import { assertThat } from './mismatch.ts';
import type { Model, StoredConversation } from './model.ts';
import type { Principal } from './principals.ts';
import type { PrivateOperation, Reader } from './taught/operation.ts';

/** Holds the server's state against the model, and updates the model after each success. */
export class Judge {
  readonly #model: Model;
  readonly #reader: Reader;

  constructor(model: Model, reader: Reader) {
    this.#model = model;
    this.#reader = reader;
  }

  /** Accepts a success. Throws a `Mismatch` if the request must not have succeeded. */
  async accept(
    operation: PrivateOperation,
    caller: Principal | undefined,
    meaning: Meaning,
    body: unknown,
  ): Promise<void> {
    assertThat(caller !== undefined, () => 'a request without credentials was served');
    assertThat(
      meaning.isReadable || operation.body === undefined,
      () => 'a body was accepted that is not JSON in UTF-8',
    );
    await operation.accept({
      model: this.#model,
      reader: this.#reader,
      caller,
      meaning,
      body,
    });
  }

  /** Throws a `Mismatch` unless the conversation and its items are as the model has them. */
  async assertUnchanged(conversation: StoredConversation): Promise<void> {
    assertConversation(await this.#reader.conversation(conversation), conversation);
    const served = await this.#reader.items(conversation);
    assertThat(
      isDeepStrictEqual(served, conversation.items),
      () => `the items of ${conversation.id} differ: ${difference(conversation.items, served)}`,
    );
  }
}
