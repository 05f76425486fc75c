/** Random numbers that come again: the same seed and stream give the same ones, on every machine. */
export class Random {
  #state: number;

  /** `stream` sets the numbers of one request apart from those of the next. */
  constructor(seed: number, stream: number) {
    this.#state = (Math.imul(seed, 0x9e37_79b1) ^ Math.imul(stream + 1, 0x85eb_ca6b)) >>> 0;
  }

  /** From 0 inclusive to 1 exclusive, by Mulberry32. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer from 0 to `end` exclusive. */
  below(end: number): number {
    return Math.floor(this.fraction() * end);
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<Entry>(list: readonly Entry[]): Entry {
    if (list.length === 0) throw new Error('there is nothing to pick from');
    // Sound: the index is inside of the list.
    return list[this.below(list.length)] as Entry;
  }

  /** One of the names, each as often as its weight says. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    // Sound: the keys of an object literal are what its type says.
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
