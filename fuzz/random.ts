/** Reproducible random numbers: the same seed and stream give the same numbers on every machine. */
export class Random {
  #state: number;

  /** `stream` is the index of the request, so that each request has numbers of its own. */
  constructor(seed: number, stream: number) {
    this.#state = (Math.imul(seed, 0x9e37_79b1) ^ Math.imul(stream + 1, 0x85eb_ca6b)) >>> 0;
  }

  /** Returns a number from 0 inclusive to 1 exclusive, by Mulberry32. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Returns an integer from 0 to `end` exclusive. */
  below(end: number): number {
    return Math.floor(this.fraction() * end);
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<Entry>(list: readonly Entry[]): Entry {
    if (list.length === 0) throw new Error('the list to pick from is empty');
    // Sound: the index is inside the list.
    return list[this.below(list.length)] as Entry;
  }

  /** Returns one of the names, each with the probability of its weight. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    // Sound: the keys of an object literal are those of its type.
    const entries = Object.entries(weights) as [Name, number][];
    let left = this.fraction() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      left -= weight;
      if (left < 0) return name;
    }
    return this.pick(entries)[0];
  }

  list<Entry>(length: number, make: () => Entry): Entry[] {
    return Array.from({ length }, make);
  }
}
